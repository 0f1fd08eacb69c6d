import type { GatePolicy } from '../baseline/model.ts';
import type { RuleResult } from '../assay/model.ts';
import type { Ignores } from './ignores.ts';
import { showRate } from './rate.ts';
import { failing, failuresOf, passedOf, passing, type Tally } from './tally.ts';
import type { Reason } from './verdict.ts';

/** The facts the policy is held against. */
export interface Findings {
  tally: Tally;
  /** By short rule id, ignored rules included. */
  results: ReadonlyMap<string, Pick<RuleResult, 'rule' | 'result'>>;
  ignores: Ignores;
  /** Short ids of rules that passed in the previous assay; undefined without one. */
  passedBefore: ReadonlySet<string> | undefined;
}

/** Every reason to refuse, in a fixed order; none means accepted. */
export function reasonsToRefuse(policy: GatePolicy, findings: Findings): Reason[] {
  const reasons = [
    ...nothingEvaluated(findings),
    ...passRate(policy, findings),
    ...coverage(policy, findings),
    ...notApplicable(policy, findings),
    ...severityLimits(policy, findings),
    ...required(policy, findings),
    ...regressions(policy, findings),
  ];
  // An expired entry is no offence of its own: its rule counts again. But who is refused must see it.
  return reasons.length === 0 ? [] : [...reasons, ...expired(findings)];
}

function nothingEvaluated({ tally }: Findings): Reason[] {
  return tally.evaluated > 0 ? [] : [{ code: 'nothing-evaluated', message: 'no rule was evaluated: this proves nothing' }];
}

function passRate(policy: GatePolicy, { tally }: Findings): Reason[] {
  if (tally.pass_rate >= policy.passRate) return [];
  const passed = passedOf(tally.counts);
  return [{ code: 'pass-rate', message: `pass rate ${showRate(tally.pass_rate)} (${passed} of ${tally.evaluated}) is below ${policy.passRate}` }];
}

function coverage(policy: GatePolicy, { tally }: Findings): Reason[] {
  if (tally.evaluated >= policy.minEvaluated) return [];
  return [{ code: 'min-evaluated', message: `${tally.evaluated} rules were evaluated, at least ${policy.minEvaluated} must be` }];
}

function notApplicable(policy: GatePolicy, { tally }: Findings): Reason[] {
  const { notapplicable } = tally.counts;
  if (policy.notApplicableMax === undefined || notapplicable <= policy.notApplicableMax) return [];
  return [{ code: 'not-applicable', message: `${notapplicable} rules were not applicable, at most ${policy.notApplicableMax} may be` }];
}

function severityLimits(policy: GatePolicy, { tally }: Findings): Reason[] {
  return (['high', 'medium', 'low', 'unknown'] as const).flatMap((severity) => {
    const limit = policy.maxFailures[severity];
    const failures = failuresOf(tally.by_severity[severity]);
    if (limit === undefined || failures <= limit) return [];
    return [{ code: 'max-failures', message: `${failures} of the rules of severity ${severity} failed, at most ${limit} may` }];
  });
}

/** Stricter than the rate: `fixed` is what the scan itself changed, and a required rule must hold by itself. */
function required(policy: GatePolicy, { results }: Findings): Reason[] {
  return sorted(policy.required).flatMap((rule) => {
    const result = results.get(rule)?.result;
    if (result === 'pass') return [];
    return [{ code: 'required', message: `required rule ${rule} ${result === undefined ? 'is not in the assay' : `is ${result}`}`, rule }];
  });
}

function regressions(policy: GatePolicy, { results, ignores, passedBefore }: Findings): Reason[] {
  if (!policy.noRegression || passedBefore === undefined) return [];
  return sorted(passedBefore).flatMap((rule) => {
    const result = results.get(rule)?.result;
    if (result === undefined || !failing.has(result) || ignores.active.has(rule)) return [];
    return [{ code: 'regression', message: `rule ${rule} passed before and is ${result} now`, rule }];
  });
}

function expired({ results, ignores }: Findings): Reason[] {
  return sorted(ignores.expired.keys()).flatMap((rule) => {
    const entry = ignores.expired.get(rule);
    const result = results.get(rule)?.result;
    if (entry === undefined || result === undefined || !failing.has(result)) return [];
    return [{ code: 'ignore-expired', message: `rule ${rule} counts again: its ignore entry (${entry.source}, ${entry.owner}) expired on ${entry.expires}`, rule }];
  });
}

/** Short ids of the rules that passed in an earlier assay. */
export function passedIn(rules: readonly Pick<RuleResult, 'rule' | 'result'>[]): Set<string> {
  return new Set(rules.filter(({ result }) => passing.has(result)).map(({ rule }) => rule));
}

/** By code unit, not by locale: the same everywhere. */
function sorted(rules: Iterable<string>): string[] {
  return [...new Set(rules)].sort();
}
