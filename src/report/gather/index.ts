/** From evidence, or from an ARF, to the model that every report is drawn from. */
export type { OwnFixes } from './build.ts';
export { gatherReport, type GatherOptions, kindOf } from './gather.ts';
export { reportOfContents, type EvidenceReportOptions } from './evidence.ts';
export { reportOfMachine, reportOfResults, type ReportPolicy, type ResultsReportOptions } from './results.ts';
export { isOfProduct, productOf } from './product.ts';
export { renderOscapHtml } from './oscap-html.ts';
