import { severities, type Assay, type RuleResult } from '../assay/model.ts';
import type { Baseline } from '../baseline/model.ts';
import { ignoresAt, type Ignores } from './ignores.ts';
import { assertSameSubject } from './mismatch.ts';
import { passedIn, reasonsToRefuse } from './reasons.ts';
import { failing, tally } from './tally.ts';
import type { Verdict } from './verdict.ts';

/** An earlier assay to hold this one against; rule results are all that is needed. */
export interface PreviousAssay {
  benchmark?: { id: string };
  rules: readonly Pick<RuleResult, 'rule' | 'result'>[];
}

export interface GateContext {
  /** Run UUID that the verdict is for. */
  run: string;
  /** Name of the target as the verdict shows it. */
  target: string;
  /** The SCAP content that the assay was made with. */
  content: { product: string; version: string; sha256: string };
  /** The day by which ignore entries expire. */
  asOf: Date;
  /** Refuse an assay whose target identifier (`OSCAP_EVALUATION_TARGET`) is not `run`. */
  requireRun?: boolean;
  previous?: PreviousAssay;
  /** Short ids of rules whose fix locked the builder out and was rolled back: they count as failed, whatever the scan says. */
  revertedRules?: readonly string[];
}

/**
 * Judges an assay by a baseline. Pure: the same input gives the same verdict, byte for byte,
 * whatever the order of the rules.
 * @throws EvidenceError `assay-mismatch` when the assay is of something else than the baseline asks for,
 *   `assay-duplicate-rule` when a rule has two results
 */
export function judge(assay: Assay, baseline: Baseline, context: GateContext): Verdict {
  assertSameSubject(assay, baseline, context);
  const ignores = ignoresAt(baseline, context.asOf);
  const rules = withReverted(assay.rules, context.revertedRules ?? []);
  const counted = tally(rules, new Set(ignores.active.keys()));
  const reasons = reasonsToRefuse(baseline.gate, {
    tally: counted,
    results: new Map(rules.map((rule) => [rule.rule, rule])),
    ignores,
    passedBefore: context.previous && passedIn(context.previous.rules),
  });
  return {
    schema: 'https://cupel.dev/schema/verdict/v1',
    verdict: reasons.length === 0 ? 'accepted' : 'refused',
    reasons,
    baseline: { name: baseline.name, sha256: baseline.sha256 },
    content: { product: context.content.product, version: context.content.version, sha256: context.content.sha256 },
    profile: assay.profile ?? '',
    run: context.run,
    target: context.target,
    counts: counted.counts,
    evaluated: counted.evaluated,
    pass_rate: counted.pass_rate,
    scores: scoresOf(assay),
    by_severity: counted.by_severity,
    failing: failingOf(rules, ignores),
    ignored: ignoredOf(rules, ignores),
  };
}

/** A fix that was rolled back is not in the image, so a pass after it would be of something that does not stay. */
function withReverted(rules: readonly RuleResult[], reverted: readonly string[]): readonly RuleResult[] {
  if (reverted.length === 0) return rules;
  const rolledBack = new Set(reverted);
  return rules.map((rule) => (rolledBack.has(rule.rule) && !failing.has(rule.result) && rule.result !== 'notselected' ? { ...rule, result: 'fail' } : rule));
}

function scoresOf(assay: Assay): Record<string, number> {
  const byName = assay.scores.map(({ system, value }): [string, number] => [system, value]);
  return Object.fromEntries(byName.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function failingOf(rules: readonly RuleResult[], { active }: Ignores): Verdict['failing'] {
  return rules
    .filter(({ rule, result }) => failing.has(result) && !active.has(rule))
    .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || byRule(a, b))
    .map(({ rule, severity, cis, title, result }) => ({ rule, severity, cis: [...cis], title, result }));
}

function ignoredOf(rules: readonly RuleResult[], { active }: Ignores): Verdict['ignored'] {
  return rules
    .flatMap(({ rule, result }) => {
      const entry = active.get(rule);
      return entry === undefined ? [] : [{ rule, result, reason: entry.reason, owner: entry.owner, expires: entry.expires }];
    })
    .sort(byRule);
}

function byRule(a: { rule: string }, b: { rule: string }): number {
  return a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0;
}
