/** More of an ARF than its results, for reports. */
export type { AssayDetail, CollectedItem, Field, Finding, ProseBlock, Reference, RuleDetail, RuleText } from './model.ts';
export { DetailCollector } from './collector.ts';
