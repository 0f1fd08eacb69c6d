/** Hardening: from what fails to a machine that passes, one step per rule, in passes, without locking anyone out. */
export { type ConvergeActions, type Hardening, converge } from './converge.ts';
export { cutFixScript } from './fix-script.ts';
export { loadOwnFixes, mergeFixes } from './fixes.ts';
export { type GuardFamily, guardFamilies, guardFamily } from './guard.ts';
export type { StepRecord } from './ledger.ts';
export { type PassOptions, runPass } from './pass.ts';
export { countedFailures, type Fix, type Plan, planSteps, type Step } from './plan.ts';
export { renderRemediation } from './remediation.ts';
