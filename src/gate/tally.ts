import type { ResultWord, RuleResult } from '../assay/model.ts';
import type { Counts, GateSeverity } from './verdict.ts';

/** What counting needs of a rule-result. */
export type RuleCounts = Pick<RuleResult, 'rule' | 'result' | 'severity'>;

export interface Tally {
  counts: Counts;
  /** pass + fixed + fail + error + unknown + notchecked. */
  evaluated: number;
  /** 0–1, unrounded; 0 when nothing was evaluated. */
  pass_rate: number;
  by_severity: Record<GateSeverity, Counts>;
}

/** XCCDF: `fixed` had failed, was fixed, and its check passed afterwards. */
export const passing: ReadonlySet<ResultWord> = new Set(['pass', 'fixed']);
/** Not known to be right is as bad as known to be wrong. */
export const failing: ReadonlySet<ResultWord> = new Set(['fail', 'error', 'unknown', 'notchecked']);

/** Counts the results of rules, those in `ignored` (short ids) left out. */
export function tally(rules: readonly RuleCounts[], ignored: ReadonlySet<string> = new Set()): Tally {
  const counts = noCounts();
  const bySeverity = { high: noCounts(), medium: noCounts(), low: noCounts(), unknown: noCounts() };
  for (const { rule, result, severity } of rules) {
    if (ignored.has(rule)) continue;
    counts[result] += 1;
    bySeverity[severity === 'info' ? 'unknown' : severity][result] += 1;
  }
  const passed = passedOf(counts);
  const evaluated = passed + failuresOf(counts);
  return { counts, evaluated, pass_rate: evaluated === 0 ? 0 : passed / evaluated, by_severity: bySeverity };
}

export function passedOf(counts: Counts): number {
  return counts.pass + counts.fixed;
}

export function failuresOf(counts: Counts): number {
  return counts.fail + counts.error + counts.unknown + counts.notchecked;
}

/** All nine result words at zero, in the order of the verdict. */
function noCounts(): Counts {
  const order: readonly ResultWord[] = [
    'pass', 'fail', 'error', 'unknown', 'notchecked', 'notapplicable', 'informational', 'fixed', 'notselected',
  ];
  return Object.fromEntries(order.map((word) => [word, 0])) as Counts;
}

