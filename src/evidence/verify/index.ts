/** Checking evidence, trusting nobody. */
export { inspectHallmark } from './inspect.ts';
export { type Policy, type PolicyReason } from './policy.ts';
export { readContents, type Verification, verifyContents, verifyEvidence, type VerifyOptions } from './verify.ts';
