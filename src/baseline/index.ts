/** What an image should be: the schema, loading, choices, ignore lists, the tailoring, the lock. */
export * from './model.ts';
export { BaselineError, describeProblem, type Problem } from './problem.ts';
export { baselineJsonSchema } from './schema.ts';
export { type BaselineDocument } from './document.ts';
export { inspectBaseline, loadBaseline, shippedFolder, type LoadOptions } from './load.ts';
export { inspectAgainst, resolveBaseline, tailoredProfileId, type ResolveOptions } from './resolve.ts';
export { renderTailoring } from './tailoring.ts';
export { readLock, readLockDigests, renderLock, type LockDigests } from './lock.ts';
export { type CompleteIgnore, holdsOn, isIsoDate, readIgnoreList, renderIgnoreList, type IgnoreLine, type IgnoreList, type IgnoreListProblem, type IgnoreTerms } from './ignore-list.ts';
export { lintBaseline, type LintOptions, type LintResult } from './lint.ts';
export { explainRule, type RuleExplanation } from './explain.ts';
export { compareBaselines, type Change } from './compare.ts';
export { expiringEntries, type ExpiringEntry } from './expiring.ts';
export { listBaselines } from './shipped.ts';
