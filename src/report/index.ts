/**
 * Draws what the gate decided; decides nothing. `gather/`, which reads evidence into a report's model, has a door of its
 * own: who draws a summary should not load what verifies signatures.
 */
export { renderSummary, type HardeningSummary, type SummaryInput } from './summary.ts';
export type * from './model.ts';
export { type DrawnFormat, type Format, formats, render } from './format/index.ts';
export { compareReports, renderComparison, renderComparisonJson, renderComparisonMarkdown } from './compare/index.ts';
