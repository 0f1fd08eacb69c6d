import satisfies from 'semver/functions/satisfies.js';
import { selectedRules, shortId, type ContentIndex, type ContentProfile } from '../content/index.ts';
import { checkApprovals } from './approvals.ts';
import { digestOf } from './canonical.ts';
import { applyChoice } from './choices.ts';
import type { BaselineDocument } from './document.ts';
import { holdsOn } from './ignore-list.ts';
import type { Baseline } from './model.ts';
import { nearest } from './nearest.ts';
import { BaselineError, type Located, type Place, type Problem } from './problem.ts';
import { resolveValues } from './values.ts';

export interface ResolveOptions {
  /** The day that decides which ignore entries have expired, and which approvals cannot have been given. */
  asOf: Date;
}

/** Id of the profile in the tailoring that `renderTailoring` makes. */
export const tailoredProfileId = (name: string): string => `xccdf_dev.cupel_profile_${name}`;

/**
 * Compares a baseline with the content it names and resolves everything in it.
 * @throws BaselineError with all problems at once
 */
export function resolveBaseline(document: BaselineDocument, index: ContentIndex, options: ResolveOptions): Baseline {
  const { baseline, problems } = inspectAgainst(document, index, options);
  if (baseline === undefined || problems.length > 0) throw new BaselineError(problems);
  return baseline;
}

/** The same without throwing, for lint. */
export function inspectAgainst(
  document: BaselineDocument, index: ContentIndex, options: ResolveOptions,
): { baseline: Baseline | undefined; problems: Problem[] } {
  const problems = checkApprovals(document, options.asOf);
  checkContent(document, index, problems);
  checkRules(document, index, problems);
  const profile = findProfile(document, index, problems);
  if (profile === undefined) return { baseline: undefined, problems };

  const chosen = resolveChoices(document, index, profile, problems);
  const select = sorted([...chosen.select, ...known(document.select, index)].filter((rule) => profile.rules[rule] !== true));
  const dropped = known(document.deselect, index);
  for (const rule of dropped.filter((id) => document.select.some(({ value }) => value === id))) {
    problems.push({ ...placeOf(document.deselect, rule), code: 'select-and-deselect', what: `${rule} is both selected and deselected`, remedy: 'keep one of the two' });
  }
  const explicit = new Set(known(document.select, index));
  const deselect = sorted([...chosen.deselect.filter((rule) => !explicit.has(rule)), ...dropped].filter((rule) => profile.rules[rule] ?? index.rules.get(rule)?.selected));
  const selectGroups = sorted(select.flatMap((rule) => index.rules.get(rule)?.groups ?? [])
    .filter((group) => !(profile.groups[group] ?? index.groups.get(group) ?? true)));
  const selected = selectedRules(index, profile, { select, deselect, selectGroups });
  checkSelected(document, selected, problems);

  const entries = document.ignore.map(({ value }) => value).sort(byRule);
  const required = sorted(known(document.gate.required, index));
  for (const { rule, expires } of entries.filter((entry) => required.includes(entry.rule))) {
    if (!holdsOn(expires, options.asOf)) continue;
    problems.push({ ...placeOf(document.gate.required, rule), code: 'ignored-and-required', what: `${rule} is ignored and required`, remedy: 'it can only be one of the two' });
  }
  const resolved: Omit<Baseline, 'sha256'> = {
    name: document.name,
    description: document.description,
    content: { product: document.content.product, version: document.content.version, sha256: document.content.sha256 },
    profile: profile.fullId,
    tailoredProfile: tailoredProfileId(document.name),
    choices: Object.fromEntries([...document.choices].map(([choice, { value }]) => [choice, value] as const).sort(byKey)),
    values: Object.fromEntries(Object.entries({ ...chosen.values, ...resolveValues(document, index, problems) }).sort(byKey)),
    select, deselect, selectGroups,
    ignore: entries.filter(({ expires }) => holdsOn(expires, options.asOf)),
    expired: entries.filter(({ expires }) => !holdsOn(expires, options.asOf)),
    harden: { passes: document.harden.passes, skip: sorted(known(document.harden.skip, index)), guard: document.harden.guard },
    gate: { ...document.gate, required },
    sources: document.sources,
  };
  return { baseline: { ...resolved, sha256: digestOf(resolved) }, problems };
}

function checkContent({ content }: BaselineDocument, index: ContentIndex, problems: Problem[]): void {
  const place = at(content);
  if (content.product !== index.product) {
    problems.push({ ...place, code: 'content-product', what: `the baseline is for ${content.product}, the content for ${index.product}`, remedy: 'take the content of the right product' });
  }
  if (!satisfies(index.benchmark.version, content.version, { includePrerelease: true })) {
    problems.push({ ...place, code: 'content-version', what: `content ${index.benchmark.version} is not in the range "${content.version}"`, remedy: 'fetch other content or widen the range' });
  }
  if (content.sha256 !== undefined && content.sha256 !== index.sha256) {
    problems.push({ ...place, code: 'content-digest', what: `the content's SHA-256 is ${index.sha256}, the baseline pins ${content.sha256}`, remedy: 'review the new content, then change the pin' });
  }
}

function checkRules(document: BaselineDocument, index: ContentIndex, problems: Problem[]): void {
  const named = [
    ...document.select, ...document.deselect, ...document.harden.skip, ...document.gate.required,
    ...document.ignore.map((entry): Located<string> => ({ ...entry, value: entry.value.rule })),
  ];
  for (const { value, ...place } of named) {
    if (index.rules.has(value)) continue;
    const near = nearest(value, index.rules.keys());
    problems.push({
      ...at(place), code: 'unknown-rule', what: `no rule "${value}" in ${index.product} ${index.benchmark.version}`,
      ...(near === undefined ? {} : { nearest: near }), remedy: 'a wrong id would be ignored in silence: correct or remove it',
    });
  }
}

/** Required and ignored rules must be evaluated at all, or they say nothing. */
function checkSelected(document: BaselineDocument, selected: ReadonlySet<string>, problems: Problem[]): void {
  for (const entry of document.gate.required) {
    if (selected.has(entry.value) || problems.some(({ code, line, file }) => code === 'unknown-rule' && line === entry.line && file === entry.file)) continue;
    problems.push({
      ...at(entry), code: 'required-not-selected', what: `required rule ${entry.value} is not selected by the profile and the choices`,
      remedy: 'add it to "select" or take it out of "required"',
    });
  }
}

function findProfile(document: BaselineDocument, index: ContentIndex, problems: Problem[]): ContentProfile | undefined {
  const wanted = document.profile.value;
  const profile = index.profiles.get(shortId(wanted));
  if (profile !== undefined) return profile;
  const near = nearest(wanted, index.profiles.keys());
  problems.push({
    ...at(document.profile), code: 'unknown-profile', what: `no profile "${wanted}" in ${index.product} ${index.benchmark.version}`,
    ...(near === undefined ? {} : { nearest: near }), remedy: `profiles there: ${[...index.profiles.keys()].join(', ')}`,
  });
  return undefined;
}

function resolveChoices(
  document: BaselineDocument, index: ContentIndex, profile: ContentProfile, problems: Problem[],
): { select: string[]; deselect: string[]; values: Record<string, string> } {
  const inProfile = selectedRules(index, profile);
  const select: string[] = [];
  const deselect: string[] = [];
  const values: Record<string, string> = {};
  for (const [name, { value, ...place }] of document.choices) {
    const choice = document.choiceTable[name];
    if (choice?.alternatives[value] === undefined) {
      const offered = Object.keys(choice?.alternatives ?? document.choiceTable);
      const near = nearest(choice ? value : name, offered);
      problems.push({
        ...at(place), code: 'unknown-choice',
        what: choice ? `${index.product} offers no ${name} "${value}"` : `there is nothing to choose as "${name}" for ${document.content.product}`,
        ...(near === undefined ? {} : { nearest: near }), remedy: `offered: ${offered.join(', ') || 'nothing'}`,
      });
      continue;
    }
    const applied = applyChoice(choice, value, (rule) => inProfile.has(rule));
    select.push(...applied.select.filter((rule) => index.rules.has(rule)));
    deselect.push(...applied.deselect.filter((rule) => index.rules.has(rule)));
    for (const [id, setting] of Object.entries(choice.alternatives[value].values)) if (index.values.has(id)) values[id] = setting;
  }
  return { select, deselect, values };
}

const sorted = (ids: readonly string[]): string[] => [...new Set(ids)].sort();
const known = (ids: readonly Located<string>[], index: ContentIndex): string[] => ids.map(({ value }) => value).filter((id) => index.rules.has(id));
const at = ({ file, line, column }: Place): Place => ({ file, line, column });
const byRule = (a: { rule: string }, b: { rule: string }): number => (a.rule < b.rule ? -1 : 1);
const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

function placeOf(ids: readonly Located<string>[], rule: string): Place {
  const found = ids.find(({ value }) => value === rule);
  return found ? at(found) : { file: '', line: 1, column: 1 };
}
