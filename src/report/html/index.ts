/** The report that people read: one page, everything in it, nothing fetched. */
export { renderHtml } from './render.ts';
