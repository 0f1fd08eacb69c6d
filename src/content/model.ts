/** What a SCAP data stream holds, as far as baselines need it. Short ids throughout; see `shortId`. */
import type { Severity } from '../assay/model.ts';

export interface ContentRule {
  id: string;
  title: string;
  severity: Severity;
  /** CIS section numbers, for example `5.1.17`. */
  cis: string[];
  /** Systems of its checks, for example `http://oval.mitre.org/XMLSchema/oval-definitions-5`, manual (OCIL) ones included. */
  checks: string[];
  /** Whether the content holds a shell fix (`urn:xccdf:fix:script:sh`). */
  hasFix: boolean;
  /** Selected before any profile. */
  selected: boolean;
  /** Groups around it, outermost first. */
  groups: string[];
}

export interface ContentValue {
  id: string;
  title: string;
  type: 'string' | 'number' | 'boolean';
  /** What holds when nothing is said; undefined when the content gives no default. */
  default: string | undefined;
  /** By selector. */
  options: Record<string, string>;
}

export interface ContentProfile {
  /** Short id. */
  id: string;
  fullId: string;
  title: string;
  /** Rules and groups by short id, `extends` resolved: what the profile says of them, in the order said. */
  rules: Record<string, boolean>;
  groups: Record<string, boolean>;
  /** refine-value: value → selector. */
  selectors: Record<string, string>;
  /** set-value: value → literal. */
  settings: Record<string, string>;
}

export interface ContentIndex {
  /** For example `debian12`: from the data stream's id. */
  product: string;
  /** Platforms of the benchmark, for example `cpe:/o:debian:debian_linux:12`. */
  cpes: string[];
  benchmark: { id: string; version: string; title: string };
  /** SHA-256 (hex) and size in bytes of the file. */
  sha256: string;
  size: number;
  profiles: ReadonlyMap<string, ContentProfile>;
  /** Group → selected before any profile. */
  groups: ReadonlyMap<string, boolean>;
  rules: ReadonlyMap<string, ContentRule>;
  values: ReadonlyMap<string, ContentValue>;
}

const ssg = /^xccdf_org\.ssgproject\.content_(?:rule|group|value|profile|benchmark)_/;

/** An id without SSG's prefix; ids of others stay whole. */
export function shortId(id: string): string {
  return id.replace(ssg, '');
}

/** The full id of a short one; an id that is whole already stays. */
export function fullId(kind: 'rule' | 'group' | 'value' | 'profile', id: string): string {
  return /^xccdf_[^_]+_(rule|group|value|profile)_/.test(id) ? id : `xccdf_org.ssgproject.content_${kind}_${id}`;
}

/**
 * The rules a profile selects, the groups around them considered.
 * @param changes what a tailoring says on top of the profile
 */
export function selectedRules(
  index: ContentIndex, profile: ContentProfile,
  changes: { select?: readonly string[]; deselect?: readonly string[]; selectGroups?: readonly string[] } = {},
): Set<string> {
  const added = new Set(changes.select);
  const dropped = new Set(changes.deselect);
  const opened = new Set(changes.selectGroups);
  const groupSelected = (group: string): boolean => opened.has(group) || (profile.groups[group] ?? index.groups.get(group) ?? true);
  const selected = new Set<string>();
  for (const rule of index.rules.values()) {
    const wanted = dropped.has(rule.id) ? false : added.has(rule.id) || (profile.rules[rule.id] ?? rule.selected);
    if (wanted && rule.groups.every(groupSelected)) selected.add(rule.id);
  }
  return selected;
}

/** The value a profile gives a variable: its setting, its selector's option, or the default. */
export function valueIn(value: ContentValue, profile: ContentProfile): string | undefined {
  const selector = profile.selectors[value.id];
  return profile.settings[value.id] ?? (selector === undefined ? value.default : value.options[selector]);
}
