import type { Assay, ResultWord } from '../assay/model.ts';
import type { Baseline } from '../baseline/model.ts';
import type { Emit } from '../events.ts';
import type { StepRecord } from './ledger.ts';
import { countedFailures, type Fix, late, planSteps, type Step } from './plan.ts';

export interface Hardening {
  records: StepRecord[];
  passes: number;
  /** Rules whose fix locked the builder out and was rolled back. */
  reverted: string[];
  /** Rules that one pass repaired and a later one broke again: two fixes undo each other. */
  oscillating: string[];
  /** Rules that fail, count, and have no fix anywhere. */
  unfixable: string[];
}

export interface ConvergeActions {
  runPass: (pass: number, steps: readonly Step[]) => Promise<StepRecord[]>;
  /** An assay between two passes. */
  assay: (pass: number) => Promise<Assay>;
  emit: Emit;
}

/**
 * Passes until nothing that counts and can be fixed still fails, until a pass changes nothing, or until the
 * baseline's number of passes is reached. There is an assay between two passes, none after the last one:
 * that is the final assay's work, after the reboot.
 */
export async function converge(before: Assay, baseline: Baseline, fixes: ReadonlyMap<string, Fix>, actions: ConvergeActions): Promise<Hardening> {
  const hardening: Hardening = { records: [], passes: 0, reverted: [], oscillating: [], unfixable: [] };
  const history = new Map<string, ResultWord[]>();
  const remember = (assay: Assay): void => {
    for (const rule of assay.rules) history.set(rule.rule, [...(history.get(rule.rule) ?? []), rule.result]);
  };
  let assay = before;
  /** A pass changed nothing: only what comes last is still to be done. */
  let stuck = false;
  remember(assay);
  while (hardening.passes < baseline.harden.passes) {
    const exclude = new Set([...baseline.harden.skip, ...hardening.reverted, ...hardening.oscillating]);
    const failures = countedFailures(assay, baseline);
    let lastPass = stuck || hardening.passes + 1 === baseline.harden.passes;
    let plan = planSteps(stuck ? failures.filter((rule) => late.has(rule)) : failures, fixes, exclude, lastPass);
    if (plan.steps.length === 0 && !lastPass) {
      // Everything else is done, so what describes the finished machine may come now.
      lastPass = true;
      plan = planSteps(failures, fixes, exclude, lastPass);
    }
    if (!stuck) hardening.unfixable = plan.unfixable;
    if (plan.steps.length === 0) break;
    hardening.passes++;
    const records = await actions.runPass(hardening.passes, plan.steps);
    hardening.records.push(...records);
    for (const record of records) {
      if (record.outcome === 'reverted') hardening.reverted.push(...record.rules);
    }
    if (lastPass) break;
    const next = await actions.assay(hardening.passes);
    remember(next);
    const unchanged = sameResults(assay, next);
    assay = next;
    for (const [rule, results] of history) {
      if (flipsBack(results) && !hardening.oscillating.includes(rule)) {
        hardening.oscillating.push(rule);
        actions.emit({ type: 'warning', message: `${rule} oscillates (${results.join(' → ')}): another fix undoes it; it is left alone from here on` });
      }
    }
    if (unchanged) {
      actions.emit({ type: 'warning', message: `pass ${hardening.passes} changed no result; no further pass` });
      stuck = true;
    }
  }
  return hardening;
}

function sameResults(a: Assay, b: Assay): boolean {
  const then = new Map(a.rules.map((rule) => [rule.rule, rule.result]));
  return b.rules.every((rule) => then.get(rule.rule) === rule.result);
}

/** fail, later pass, later fail again. */
function flipsBack(results: readonly ResultWord[]): boolean {
  const words = results.map((result) => (result === 'pass' || result === 'fixed' ? 'P' : result === 'fail' || result === 'error' ? 'F' : '-')).join('');
  return /F-*P-*F/.test(words);
}
