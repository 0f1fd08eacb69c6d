/** The way through: from a connected builder VM to a judged, sealed image. */
export { checkFacts, gatherFacts, type MachineFacts } from './preflight.ts';
export { type Provisioned, provision, type ProvisionOptions } from './pipeline.ts';
export type { Timing } from './stopwatch.ts';
export { check, type CheckOptions } from './check.ts';
