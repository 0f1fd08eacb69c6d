/** One report against another. */
export { compareReports } from './compare.ts';
export { renderComparison, renderComparisonJson, renderComparisonMarkdown } from './text.ts';
