/** Draws what the gate decided; decides nothing. */
export { renderSummary, type HardeningSummary, type SummaryInput } from './summary.ts';
