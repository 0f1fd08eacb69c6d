/** One file per format, each a pure function from the model to text. */
import type { ReportModel } from '../model.ts';

export const formats = ['html', 'json', 'junit', 'sarif', 'csv', 'markdown', 'hdf', 'nessus', 'oscap-html'] as const;
export type Format = (typeof formats)[number];
/** Those that are drawn from the model alone. */
export type DrawnFormat = Exclude<Format, 'oscap-html'>;

/**
 * Draws a report. Only the module of that format is loaded.
 * @param producer version of this program
 */
export async function render(model: ReportModel, format: DrawnFormat, producer: string): Promise<string> {
  switch (format) {
    case 'html': return (await import('../html/index.ts')).renderHtml(model);
    case 'json': return (await import('./json.ts')).renderJson(model);
    case 'junit': return (await import('./junit.ts')).renderJunit(model);
    case 'sarif': return (await import('./sarif.ts')).renderSarif(model);
    case 'csv': return (await import('./csv.ts')).renderCsv(model);
    case 'markdown': return (await import('./markdown.ts')).renderMarkdown(model);
    case 'hdf': return (await import('./hdf.ts')).renderHdf(model, producer);
    case 'nessus': return (await import('./nessus.ts')).renderNessus(model);
  }
}
