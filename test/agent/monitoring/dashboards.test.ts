import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { renderTextfile } from '../../../src/agent/metrics/index.ts';
import { files, healthy, reportOf, scanned, verdictOf } from '../metrics/samples.ts';
import { monitoringKit } from './kit.ts';
import { freePort, type Prometheus, startPrometheus } from './prometheus.ts';

interface Dashboard {
  uid: string;
  templating: { list: { name: string; type: string; query: unknown }[] };
  panels: { id: number; title: string; targets: { refId: string; expr: string }[]; gridPos: { x: number; y: number; w: number; h: number } }[];
}

const dashboards = readdirSync(monitoringKit('grafana')).map((name): [string, Dashboard] => [name, JSON.parse(readFileSync(monitoringKit(`grafana/${name}`), 'utf8')) as Dashboard]);

async function serveText(text: string): Promise<{ server: Server; target: string }> {
  const port = await freePort();
  const server = createServer((_, response) => { response.setHeader('Content-Type', 'text/plain; version=0.0.4').end(text); });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { server, target: `127.0.0.1:${port}` };
}

describe('the dashboards', () => {
  let prometheus: Prometheus | undefined;
  const hosts: { server: Server; target: string }[] = [];

  before(async () => {
    const withAge = (text: string): string => `${text}# TYPE cis_report_age_seconds gauge\ncis_report_age_seconds 60\n`;
    hosts.push(await serveText(withAge(renderTextfile(scanned(), files))));
    hosts.push(await serveText(withAge(renderTextfile(scanned({ report: reportOf(verdictOf(healthy)), drift: [] }), files))));
    prometheus = await startPrometheus({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      scrape_configs: [{ job_name: 'cis', static_configs: [{ targets: hosts.map(({ target }) => target) }] }],
    });
    while ((await prometheus.query('count(cis_report_present)'))[0]?.value[1] !== '2') await delay(100);
  });
  after(async () => {
    await prometheus?.stop();
    for (const { server } of hosts) server.close();
  });

  for (const [name, { panels, templating }] of dashboards) {
    for (const { title, targets } of panels) {
      it(`${name}: "${title}" has an answer from a real Prometheus`, async () => {
        for (const { expr } of targets) {
          const found = await prometheus?.query(expr.replaceAll('$instance', hosts[0]?.target ?? ''));
          expect(found, expr).to.have.length.above(0);
          expect(found?.every(({ value }) => value[1] !== 'NaN'), expr).to.equal(true);
        }
      });
    }

    for (const { name: variable, query } of templating.list.filter(({ type }) => type === 'query')) {
      it(`${name}: $${variable} offers what a real Prometheus has`, async () => {
        const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec((query as { query: string }).query) ?? [];
        const answer = await fetch(`${prometheus?.url ?? ''}/api/v1/label/${label}/values?${new URLSearchParams({ 'match[]': metric }).toString()}`);
        expect(await answer.json()).to.deep.equal({ status: 'success', data: hosts.map(({ target }) => target).sort() });
      });
    }

    it(`${name}: panels have ids of their own and do not lie on each other; variables are declared`, () => {
      expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`));
      expect(new Set(cells).size).to.equal(cells.length);
      const used = new Set(Array.from(JSON.stringify(panels).matchAll(/\$\{?(\w+)/g), ([, variable]) => variable));
      expect(Array.from(used).sort()).to.deep.equal(templating.list.map((variable) => variable.name).sort());
    });
  }

  it('ask for no metric that a scan and the exporter do not give', () => {
    const given = renderTextfile(scanned(), files);
    const asked = new Set(dashboards.flatMap(([, { panels }]) => panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/\bcis_\w+/g) ?? []))));
    expect(Array.from(asked).filter((metric) => !given.includes(`# TYPE ${metric} gauge\n`))).to.deep.equal([]);
  });
});
