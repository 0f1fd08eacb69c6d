import type { Assay } from '../../../assay/model.ts';
import { CupelError, UsageError } from '../../../errors.ts';
import { failing } from '../../../gate/index.ts';
import { type Fix, planSteps, type Step } from '../../../harden/plan.ts';
import type { Platform } from '../../platform/index.ts';
import { gatherFixes, readValues } from '../fixes.ts';
import type { Places } from '../places.ts';
import { type Complete, scanOrThrow } from '../scan.ts';
import type { Store } from '../store.ts';
import { applySteps, nameOf, type Outcome } from './apply.ts';
import { RollbackPoint } from './rollback-point.ts';
import { clearWorkFolders, workFolder } from './work-folder.ts';

export interface Request {
  /** Short rule ids; all that fail and count when empty. */
  rules: readonly string[];
  dryRun: boolean;
}

/**
 * Scans, takes a rollback point, applies the fixes for what fails and counts, and scans again.
 * @param store locked
 * @returns how many of the rules still fail
 * @throws EvidenceError when a scan fails; UsageError for a rule that is not to be fixed; TargetError when nothing could be done
 */
export function remediate(platform: Platform, places: Places, store: Store, request: Request): number {
  clearWorkFolders(platform, places);
  const before = scanOrThrow(platform, places, store);
  const rules = chosen(before, request.rules);
  const { steps, fixes, unfixable } = plan(platform, places, store, before, rules);
  if (rules.length === 0) {
    platform.write('nothing to do: no rule fails and counts\n');
    return 0;
  }
  for (const rule of unfixable) platform.write(`no fix is known for ${rule}\n`);
  if (request.dryRun) {
    for (const step of steps) platform.write(`would apply ${describe(step, before.assay)}\n`);
    return unfixable.length + rules.filter((rule) => fixes.has(rule)).length;
  }
  if (steps.length === 0) return rules.length;

  const outcomes = apply(platform, places, rules, steps, before);
  for (const { step, outcome, detail } of outcomes.all) platform.write(`${outcome === 'ok' ? 'fix ran' : outcome}  ${nameOf(step)}${detail === undefined ? '' : ` (${detail})`}\n`);
  let after: Complete;
  try {
    after = scanOrThrow(platform, places, store);
  } catch (error) {
    if (outcomes.unrecorded !== undefined) tell(platform, outcomes.unrecorded);
    throw error;
  }
  const left = report(platform, rules, outcomes.all, before.assay, after.assay);
  if (outcomes.unrecorded !== undefined) throw outcomes.unrecorded;
  return left;
}

/**
 * @returns what became of the steps, and the failure to write down what they changed
 * @throws TargetError when they could not be applied
 */
function apply(platform: Platform, places: Places, rules: readonly string[], steps: readonly Step[], before: Complete): { all: Outcome[]; unrecorded: CupelError | undefined } {
  const work = workFolder(platform, places);
  try {
    const point = RollbackPoint.take(platform, places, rules);
    try {
      const all = applySteps(platform, places, steps, readValues(platform, places), before.subject.baseline.harden.guard, work);
      return { all, unrecorded: recordAfter(point) };
    } catch (error) {
      const unrecorded = recordAfter(point);
      if (unrecorded !== undefined) tell(platform, unrecorded);
      throw error;
    }
  } finally {
    platform.files.remove(work);
  }
}

function recordAfter(point: RollbackPoint): CupelError | undefined {
  try {
    point.record('after');
    return undefined;
  } catch (error) {
    if (error instanceof CupelError) return error;
    throw error;
  }
}

/** Of two failures the first is told at once, and the other thrown. */
function tell(platform: Platform, { message, code, remedy }: CupelError): void {
  platform.writeError(`cis-scanner: ${message} [${code}]\n  ${remedy ?? ''}\n`);
}

/** Rules that fail and count, but for those the baseline says are never remediated. */
function chosen({ verdict, assay, subject }: Complete, wanted: readonly string[]): string[] {
  const failingRules = verdict.failing.map(({ rule }) => rule);
  const skipped = new Set(subject.baseline.harden.skip);
  if (wanted.length === 0) return failingRules.filter((rule) => !skipped.has(rule));
  const known = new Set(assay.rules.filter(({ result }) => result !== 'notselected').map(({ rule }) => rule));
  for (const rule of wanted) {
    const ignored = verdict.ignored.find((entry) => entry.rule === rule);
    if (!known.has(rule)) throw new UsageError('unknown-rule', `the baseline evaluates no rule "${rule}"`, { remedy: 'cis-scanner status names the rules that fail' });
    if (ignored !== undefined) throw new UsageError('rule-ignored', `${rule} is ignored (${ignored.reason}): it is never remediated`, { remedy: 'take it out of the ignore list first' });
  }
  return failingRules.filter((rule) => wanted.includes(rule));
}

function plan(platform: Platform, places: Places, store: Store, before: Complete, rules: readonly string[]): { steps: Step[]; fixes: ReadonlyMap<string, Fix>; unfixable: string[] } {
  if (rules.length === 0) return { steps: [], fixes: new Map(), unfixable: [] };
  store.prepareWork();
  const fixes = gatherFixes(platform, places, before.subject, store.work);
  store.clearWork();
  const { steps, unfixable } = planSteps(rules, fixes, new Set(), true);
  return { fixes, unfixable, steps: steps.filter(({ kind }) => kind !== 'deferred' || steps.some(mayAskForBoot)) };
}

// Packages rebuild them in their triggers; a fix says so in its text.
const boot = /grub|initramfs|\b(apt|apt-get|aptitude|dpkg-reconfigure)\b|\bdpkg\s+-[^-]/;

/** Whether boot loader or initramfs may have to be made anew after a step. */
function mayAskForBoot({ kind, script }: Step): boolean {
  return kind === 'packages' || boot.test(script);
}

function describe(step: Step, assay: Assay): string {
  const rule = assay.rules.find((entry) => entry.rule === step.rules[0]);
  const section = rule === undefined || rule.cis.length === 0 ? '' : ` (CIS ${rule.cis.join(', ')})`;
  return `${nameOf(step)}${step.rules.length === 1 ? `${section}: ${rule?.title ?? ''}` : ''}${step.family === undefined ? '' : ` [guarded: ${step.family}]`}`;
}

function report(platform: Platform, rules: readonly string[], outcomes: readonly Outcome[], before: Assay, after: Assay): number {
  const fails = (assay: Assay): Set<string> => new Set(assay.rules.filter(({ result }) => failing.has(result)).map(({ rule }) => rule));
  const [then, now] = [fails(before), fails(after)];
  for (const rule of rules) {
    const outcome = outcomes.find(({ step }) => step.rules.includes(rule));
    const why = outcome === undefined ? 'no fix is known' : outcome.outcome === 'ok' ? 'its fix ran; it may need a reboot' : `${outcome.outcome}${outcome.detail === undefined ? '' : `: ${outcome.detail}`}`;
    platform.write(now.has(rule) ? `still fails  ${rule} (${why})\n` : `fixed        ${rule}\n`);
  }
  for (const rule of [...now].filter((entry) => !then.has(entry)).sort()) platform.write(`fails now    ${rule}\n`);
  const left = rules.filter((rule) => now.has(rule)).length;
  platform.write(`${rules.length - left} of ${rules.length} rules fixed; cis-scanner rollback puts back what was changed\n`);
  return left;
}
