import type { Assay } from '../assay/model.ts';
import type { Baseline } from '../baseline/model.ts';
import { EvidenceError } from '../errors.ts';
import type { GateContext } from './judge.ts';

/**
 * Refuses to judge evidence of something else: another profile, another selection of rules,
 * other content, another run. That is not "policy not met"; it is "could not tell".
 * @throws EvidenceError `assay-mismatch`, `assay-duplicate-rule`
 */
export function assertSameSubject(assay: Assay, baseline: Baseline, context: GateContext): void {
  assertOneResultPerRule(assay);
  assertProfile(assay, baseline);
  assertSelection(assay, baseline);
  const { version } = context.content;
  if (assay.benchmark.version !== '' && version !== '' && assay.benchmark.version !== version) {
    throw mismatch(`the assay was made with content ${assay.benchmark.version}, not with ${version}`);
  }
  const { identifier } = assay.target;
  if (context.requireRun === true && identifier !== context.run && identifier !== `urn:uuid:${context.run}`) {
    throw mismatch(`the assay is of run "${identifier}", not of run "${context.run}"`);
  }
  const before = context.previous?.benchmark?.id ?? '';
  if (before !== '' && assay.benchmark.id !== '' && before !== assay.benchmark.id) {
    throw mismatch(`the previous assay is of benchmark ${before}, this one of ${assay.benchmark.id}`);
  }
}

/** The reader refuses these too; a verdict must not depend on which of two results came last. */
function assertOneResultPerRule(assay: Assay): void {
  const seen = new Set<string>();
  for (const { rule } of assay.rules) {
    if (seen.has(rule)) throw new EvidenceError('assay-duplicate-rule', `the assay holds two results for rule ${rule}`);
    seen.add(rule);
  }
}

function assertProfile(assay: Assay, baseline: Baseline): void {
  if (assay.profile === baseline.tailoredProfile) return;
  // A baseline that changes nothing in the profile evaluates exactly what the profile does.
  const untouched = baseline.select.length === 0 && baseline.deselect.length === 0 && Object.keys(baseline.values).length === 0;
  if (untouched && assay.profile === baseline.profile) return;
  throw mismatch(`the assay was made with profile ${assay.profile ?? '(none)'}, baseline ${baseline.name} asks for ${baseline.tailoredProfile}`);
}

function assertSelection(assay: Assay, baseline: Baseline): void {
  const evaluated = new Set(assay.rules.filter(({ result }) => result !== 'notselected').map(({ rule }) => rule));
  const missing = baseline.select.find((rule) => !evaluated.has(rule));
  if (missing !== undefined) throw mismatch(`the assay leaves out rule ${missing}, which baseline ${baseline.name} selects`);
  const surplus = baseline.deselect.find((rule) => evaluated.has(rule));
  if (surplus !== undefined) throw mismatch(`the assay holds rule ${surplus}, which baseline ${baseline.name} deselects`);
}

function mismatch(message: string): EvidenceError {
  return new EvidenceError('assay-mismatch', message);
}
