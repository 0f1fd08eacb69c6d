/** The gate compares what is (`assay/`) with what should be (`baseline/`). Pure: no I/O, no clock of its own. */
export { judge, type GateContext, type PreviousAssay } from './judge.ts';
export { failing, tally, type RuleCounts, type Tally } from './tally.ts';
export { serializeVerdict } from './serialize.ts';
export { showRate } from './rate.ts';
export type { Counts, GateSeverity, Reason, Verdict } from './verdict.ts';
