import { selectedRules, shortId, type ContentIndex } from '../content/index.ts';
import { ConfigurationError } from '../errors.ts';
import type { BaselineDocument } from './document.ts';
import type { Baseline, IgnoreEntry } from './model.ts';
import { nearest } from './nearest.ts';

/** Everything there is to say about one rule under one baseline. */
export interface RuleExplanation {
  rule: string;
  title: string;
  severity: string;
  cis: string[];
  /** `OVAL`, `SCE` (a script), `OCIL` (questions for a person), or the system's URI. */
  checks: string[];
  hasFix: boolean;
  selected: boolean;
  /** Why it is or is not selected, in words. */
  because: string;
  required: boolean;
  /** Never remediated by `harden.skip`. */
  skipped: boolean;
  ignored: IgnoreEntry | undefined;
  expired: IgnoreEntry | undefined;
}

const systems: Readonly<Record<string, string>> = {
  'http://oval.mitre.org/XMLSchema/oval-definitions-5': 'OVAL',
  'http://open-scap.org/page/SCE': 'SCE',
  'http://scap.nist.gov/schema/ocil/2': 'OCIL',
};

/**
 * Explains a rule.
 * @param id short or full rule id
 * @throws ConfigurationError `unknown-rule`
 */
export function explainRule(id: string, document: BaselineDocument, baseline: Baseline, index: ContentIndex): RuleExplanation {
  const rule = index.rules.get(shortId(id));
  if (rule === undefined) {
    const near = nearest(shortId(id), index.rules.keys());
    throw new ConfigurationError('unknown-rule', `no rule "${id}" in ${index.product} ${index.benchmark.version}`, near === undefined ? {} : { remedy: `did you mean ${near}?` });
  }
  const profile = index.profiles.get(shortId(baseline.profile));
  const selected = profile !== undefined && selectedRules(index, profile, baseline).has(rule.id);
  const own = (entries: readonly IgnoreEntry[]): IgnoreEntry | undefined => entries.find((entry) => entry.rule === rule.id);
  return {
    rule: rule.id,
    title: rule.title,
    severity: rule.severity,
    cis: rule.cis,
    checks: [...new Set(rule.checks.map((system) => systems[system] ?? system))],
    hasFix: rule.hasFix,
    selected,
    because: reasonFor(rule.id, document, baseline, profile?.rules[rule.id] === true),
    required: baseline.gate.required.includes(rule.id),
    skipped: baseline.harden.skip.includes(rule.id),
    ignored: own(baseline.ignore),
    expired: own(baseline.expired),
  };
}

function reasonFor(rule: string, document: BaselineDocument, baseline: Baseline, inProfile: boolean): string {
  const dropped = document.deselect.find(({ value }) => value === rule);
  if (dropped) return `deselected at ${dropped.file}:${dropped.line}: ${dropped.reason}`;
  const added = document.select.find(({ value }) => value === rule);
  if (added) return `selected at ${added.file}:${added.line}`;
  for (const [name, { value }] of document.choices) {
    const alternatives = Object.entries(document.choiceTable[name]?.alternatives ?? {}).filter(([, { rules }]) => rules.includes(rule)).map(([key]) => key);
    if (alternatives.includes(value) && baseline.select.includes(rule)) return `selected by the choice ${name}: ${value}`;
    if (alternatives.length > 0 && !alternatives.includes(value)) return `deselected by the choice ${name}: ${value} (it belongs to ${alternatives.join(', ')})`;
  }
  return inProfile ? `selected by the profile ${shortId(baseline.profile)}` : `not in the profile ${shortId(baseline.profile)}`;
}
