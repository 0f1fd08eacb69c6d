import { atScrape } from './at-scrape.ts';
import { type SeenFile, wrap } from './envelope.ts';
import { renderText } from './exposition.ts';
import { type MetricsOptions, reportFamilies, type Scanned } from './report.ts';

/**
 * What the exporter serves (`/var/lib/cupel/metrics.prom`), rendered once a scan.
 * @param files the report and what it was judged by, as they lie on the disk now: the exporter tells from them
 *   whether one is gone or was changed since
 */
export function renderMetrics(scanned: Scanned, files: readonly SeenFile[], options: MetricsOptions = {}): string {
  return wrap({ families: renderText(reportFamilies(scanned, options)), files: [...files] });
}

/** The same for node_exporter's textfile collector, with what the exporter would say at the end of the scan. */
export function renderTextfile(scanned: Scanned, files: readonly SeenFile[], options: MetricsOptions = {}): string {
  const { families, now } = atScrape({
    now: scanned.scan.finished, metrics: renderMetrics(scanned, files, options), metricsPresent: true, staleAfter: Infinity,
    look: (path) => files.find((file) => file.path === path),
  });
  // An age would stay what it was.
  return families + renderText(now.filter(({ name }) => name !== 'cis_report_age_seconds'));
}
