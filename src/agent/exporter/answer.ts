import { atScrape, contentTypes, type Format, type Moment, openMetricsEnd, render } from '../metrics/index.ts';
import { contains, type Network, parseAddress } from './networks.ts';
import { negotiate } from './negotiate.ts';
import type { Request } from './request.ts';
import { plain, type Response } from './response.ts';

/** What an answer is made of. */
export interface Site {
  version: string;
  /** Who may ask. */
  allow: readonly Network[];
  /** Whether the configuration could be read; when not, the exporter answers by its defaults and says so. */
  configured: boolean;
  /** Looks at files and clock; called for `/metrics` alone. */
  moment(): Moment;
}

const index = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>cis-exporter</title></head>
<body><h1>cis-exporter</h1><p>How this machine stands to its CIS baseline: <a href="/metrics">metrics</a>, <a href="/-/healthy">health</a>.</p></body></html>
`;

/** The response to a request, by path; HEAD is answered as GET, and its body left out later. */
export function answer(request: Request, site: Site): Response {
  const serve = pages[request.path];
  if (serve === undefined) return plain(404, 'There are /metrics and /-/healthy.');
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'Only GET and HEAD.', { Allow: 'GET, HEAD' });
  return serve(request, site);
}

/** @param peer the client's address as systemd gives it; `undefined` for a client that has none (a pipe, a local socket) */
export function mayAsk(peer: string | undefined, allow: readonly Network[]): boolean {
  if (peer === undefined) return true;
  const address = parseAddress(peer);
  return allow.some((network) => contains(network, address));
}

const pages: Readonly<Record<string, (request: Request, site: Site) => Response>> = Object.assign(Object.create(null) as object, {
  '/': (): Response => ({ status: 200, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: [index] }),
  '/-/healthy': (): Response => plain(200, 'cis-exporter is healthy.'),
  '/metrics': ({ headers }: Request, site: Site): Response => {
    const format = negotiate(headers.get('accept'));
    return { status: 200, headers: { 'Content-Type': contentTypes[format], Vary: 'Accept' }, body: metricsOf(site, format) };
  },
});

function metricsOf(site: Site, format: Format): string[] {
  const { infos, families, now } = atScrape(site.moment());
  const own = [
    ...now,
    { name: 'cis_exporter_info', help: 'The exporter.', samples: [{ labels: { version: site.version }, value: 1 }] },
    { name: 'cis_exporter_configured', help: 'Whether the exporter could read its configuration.', samples: [{ value: site.configured ? 1 : 0 }] },
  ];
  return [infos[format], families, render(own, format), format === 'openmetrics' ? openMetricsEnd : ''];
}
