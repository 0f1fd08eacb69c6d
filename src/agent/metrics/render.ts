import type { ScanResult } from '../result.ts';
import { atScrape } from './at-scrape.ts';
import { type SeenFile, wrap } from './envelope.ts';
import { isInfo, render } from './exposition.ts';
import { ignoreExpiry, type MetricsOptions, reportFamilies, reportTimestamp } from './report.ts';

/**
 * What the exporter serves (`/var/lib/cupel/metrics.prom`), rendered once a scan.
 * @param files the report and what it was judged by, as they lie on the disk now: the exporter tells from them
 *   whether one is gone or was changed since
 */
export function renderMetrics(result: ScanResult, files: readonly SeenFile[], options: MetricsOptions = {}): string {
  const families = reportFamilies(result, options);
  const valuesOf = (family: string): number[] => families.filter(({ name }) => name === family).flatMap(({ samples }) => samples.map(({ value }) => value));
  const [scanned] = valuesOf(reportTimestamp);
  const infos = families.filter(isInfo);
  return wrap({
    infos: { text: render(infos, 'text'), openmetrics: render(infos, 'openmetrics') },
    families: render(families.filter((family) => !isInfo(family)), 'text'),
    files: [...files], scanned, expiries: valuesOf(ignoreExpiry),
  });
}

/** The same for node_exporter's textfile collector, with what the exporter would say at the end of the scan. */
export function renderTextfile(result: ScanResult, files: readonly SeenFile[], options: MetricsOptions = {}): string {
  const { infos, families, now } = atScrape({
    now: Date.parse(result.scan.finished) / 1000, metrics: renderMetrics(result, files, options), metricsPresent: true, staleAfter: Infinity,
    look: (path) => files.find((file) => file.path === path),
  });
  // An age would stay what it was.
  return infos.text + families + render(now.filter(({ name }) => name !== 'cis_report_age_seconds'), 'text');
}
