/** A Nessus compliance export against an assay. */
export { compareNessus } from './compare.ts';
export type { Match, NessusComparison, NessusHost, NessusItem } from './model.ts';
export { readNessus } from './read.ts';
export { renderNessusComparison } from './text.ts';
