/** A second, slower reading of an ARF, for reports. */
export type { AssayDetail, CollectedItem, Field, Finding, ProseBlock, Reference, RuleDetail, RuleText } from './model.ts';
export { DetailReader } from './reader.ts';
export { readDetail } from './file.ts';
