/** The metrics: what a scan leaves for the exporter and what the exporter adds when it is asked. Pure. */
export { atScrape, type Moment, type Scrape } from './at-scrape.ts';
export { unwrap, wrap, type Envelope, type Role, type SeenFile } from './envelope.ts';
export { contentTypes, openMetricsEnd, render, type Family, type Format, type Sample } from './exposition.ts';
export { renderMetrics, renderTextfile } from './render.ts';
export type { MetricsOptions } from './report.ts';
