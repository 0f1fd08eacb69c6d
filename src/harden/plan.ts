import type { Assay } from '../assay/model.ts';
import type { Baseline } from '../baseline/model.ts';
import { failing } from '../gate/index.ts';
import { type GuardFamily, guardFamilies, guardFamily } from './guard.ts';
import { packageBatch, packageChange } from './packages.ts';

/** A fix and where it comes from: the SCAP content, or ours in `provisioners/fixes`. */
export interface Fix {
  text: string;
  source: 'content' | 'cupel';
}

export interface Step {
  /** Short rule ids that this step is for: one, or all of a package batch. */
  rules: string[];
  kind: 'packages' | 'free' | 'guarded' | 'deferred';
  family: GuardFamily | undefined;
  source: Fix['source'];
  script: string;
}

export interface Plan {
  steps: Step[];
  /** Failing rules that count but for which nobody has a fix. */
  unfixable: string[];
}

/** What describes the finished machine comes after everything that changes it, in the last pass alone. */
export const late: ReadonlySet<string> = new Set(['aide_build_database']);

/** Short ids of the rules that fail and count, in document order. */
export function countedFailures(assay: Assay, baseline: Pick<Baseline, 'ignore'>): string[] {
  const ignored = new Set(baseline.ignore.map((entry) => entry.rule));
  return assay.rules.filter((rule) => failing.has(rule.result) && !ignored.has(rule.rule)).map((rule) => rule.rule);
}

/**
 * Orders the fixes for what fails: packages in one transaction first, then what cannot lock anyone out in
 * benchmark order, then the guarded families, the boot loader's and initramfs' own update, and in the last pass
 * what describes the finished machine.
 * @param rules short ids of the rules to fix
 * @param exclude rules not to touch (`harden.skip`, reverted or oscillating ones)
 */
export function planSteps(rules: readonly string[], fixes: ReadonlyMap<string, Fix>, exclude: ReadonlySet<string>, lastPass: boolean): Plan {
  const wanted = rules.filter((rule) => !exclude.has(rule));
  const last: Step[] = [];
  const unfixable = wanted.filter((rule) => !fixes.has(rule));
  const batch: { rule: string; change: NonNullable<ReturnType<typeof packageChange>> }[] = [];
  const free: Step[] = [];
  const guarded: Step[] = [];
  for (const rule of wanted) {
    const fix = fixes.get(rule);
    if (fix === undefined) continue;
    const change = fix.source === 'content' ? packageChange(fix.text) : undefined;
    const family = guardFamily(rule, fix.text);
    if (late.has(rule)) {
      if (lastPass) last.push({ rules: [rule], kind: 'free', family: undefined, source: fix.source, script: fix.text });
    } else if (change !== undefined) batch.push({ rule, change });
    else if (family === undefined) free.push({ rules: [rule], kind: 'free', family, source: fix.source, script: fix.text });
    else guarded.push({ rules: [rule], kind: 'guarded', family, source: fix.source, script: fix.text });
  }
  guarded.sort((a, b) => guardFamilies.indexOf(a.family ?? 'ssh') - guardFamilies.indexOf(b.family ?? 'ssh'));
  const steps: Step[] = [];
  if (batch.length > 0) {
    steps.push({
      rules: batch.map((entry) => entry.rule),
      kind: 'packages',
      family: undefined,
      source: 'content',
      script: packageBatch(batch.map((entry) => entry.change)),
    });
  }
  steps.push(...free, ...guarded);
  if (steps.length > 0) steps.push({ rules: [], kind: 'deferred', family: 'boot', source: 'cupel', script: '' });
  steps.push(...last);
  return { steps, unfixable };
}
