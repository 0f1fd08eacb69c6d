/** Restoring the machine to its baseline, and undoing that. */
export { remediate } from './remediate.ts';
export { rollback } from './rollback.ts';
