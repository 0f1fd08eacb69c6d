export { readAssay, type ReadAssayOptions } from './file.ts';
export { inflater, oneToOne, readEvidenceBytes } from './bytes.ts';
export { AssayReader } from './read/index.ts';
export { resultWords, severities } from './model.ts';
export type { Assay, ResultWord, RuleResult, Score, Severity } from './model.ts';
