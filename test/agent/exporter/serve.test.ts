import { expect } from 'chai';
import fc from 'fast-check';
import type { Site } from '../../../src/agent/exporter/answer.ts';
import { parseNetwork } from '../../../src/agent/exporter/networks.ts';
import { requestTime, serve } from '../../../src/agent/exporter/serve.ts';
import { renderMetrics } from '../../../src/agent/metrics/index.ts';
import { expectGolden } from '../../golden.ts';
import { files, scanned, scannedAt } from '../metrics/samples.ts';
import { checkMetrics } from '../metrics/promtool.ts';
import { ScriptedClient } from './client.ts';

const site: Site = {
  version: '0.1.0', configured: true, allow: [parseNetwork('127.0.0.0/8')!],
  moment: () => ({ now: scannedAt + 600, metrics: renderMetrics(scanned(), files), metricsPresent: true, staleAfter: 129_600, look: (path) => files.find((file) => file.path === path) }),
};

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

function ask(acts: readonly (string | number)[], options: { hangsUp?: boolean; peer?: string; site?: Partial<Site> } = {}): { answer: Answer | undefined; client: ScriptedClient } {
  const client = new ScriptedClient(acts, options.hangsUp ?? true);
  serve(client, options.peer ?? '127.0.0.1', { ...site, ...options.site });
  const [, status = '', top = '', body = ''] = /^HTTP\/1\.1 (\d{3}) [A-Z][A-Za-z -]+\r\n((?:[\w-]+: [^\r\n]*\r\n)*)\r\n(.*)$/s.exec(client.sent) ?? [];
  if (client.sent === '') return { answer: undefined, client };
  return { answer: { status: Number(status), headers: Object.fromEntries(top.split('\r\n').slice(0, -1).map((line) => line.split(': ') as [string, string])), body }, client };
}
const get = (path: string, ...headers: string[]): string => [`GET ${path} HTTP/1.1`, 'Host: localhost:9779', ...headers, '', ''].join('\r\n');

describe('cis-exporter', () => {
  it('answers with the metrics', async () => {
    const { answer } = ask([get('/metrics')]);
    expect(answer?.status).to.equal(200);
    expect(answer?.headers).to.deep.equal({
      'Content-Type': 'text/plain; version=0.0.4; charset=utf-8', Vary: 'Accept', 'Content-Length': String(Buffer.byteLength(answer?.body ?? '')),
      'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store', Connection: 'close',
    });
    expectGolden(answer?.body ?? '', new URL('golden/metrics.prom', import.meta.url));
    expect(await checkMetrics(answer?.body ?? '')).to.equal('');
  });

  it('answers in OpenMetrics when that is asked for', () => {
    const { answer } = ask([get('/metrics', 'Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5')]);
    expect(answer?.headers['Content-Type']).to.equal('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(answer?.body.endsWith('\n# EOF\n')).to.equal(true);
  });

  it('gives HEAD the same header as GET, without the body', () => {
    const full = ask([get('/metrics')]).answer;
    const head = ask([get('/metrics').replace('GET', 'HEAD')]).answer;
    expect(head).to.deep.equal({ ...full, body: '' });
  });

  it('has a health page and an index', () => {
    expect(ask([get('/-/healthy')]).answer).to.include({ status: 200, body: 'cis-exporter is healthy.\n' });
    expect(ask([get('/')]).answer?.body).to.contain('<a href="/metrics">');
  });

  it('knows no other page, were it one that every object has', () => {
    for (const path of ['/metrics/', '/Metrics', '/favicon.ico', '/../etc/passwd', '/constructor', '/__proto__', '//metrics', '/%6detrics']) {
      expect(ask([get(path)]).answer?.status, path).to.equal(404);
    }
    expect(ask(['GET __proto__ HTTP/1.0\r\n\r\n']).answer?.status).to.equal(400);
  });

  it('takes no other method, and says which it takes', () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'get', 'X']) {
      const { answer } = ask([get('/metrics').replace('GET', method)]);
      expect(answer?.status, method).to.equal(405);
      expect(answer?.headers['Allow']).to.equal('GET, HEAD');
    }
  });

  it('refuses addresses that are not allowed, whatever they ask for', () => {
    for (const path of ['/metrics', '/', '/none']) expect(ask([get(path)], { peer: '192.0.2.1' }).answer?.status).to.equal(403);
    expect(ask([get('/metrics')], { peer: '::ffff:127.0.0.1' }).answer?.status).to.equal(200);
    expect(ask([get('/metrics')], { peer: 'nonsense' }).answer?.status).to.equal(403);
    // It is not waited for either.
    const { answer, client } = ask([], { peer: '192.0.2.1', hangsUp: false });
    expect(answer?.status).to.equal(403);
    expect(client.elapsed).to.be.at.most(500);
  });

  it('gives a request two seconds in all, however it drips in', () => {
    const drip = Array.from(get('/metrics')).flatMap((character) => [character, 100]);
    const { answer, client } = ask(drip, { hangsUp: false });
    expect(answer?.status).to.equal(408);
    expect(client.elapsed).to.be.within(requestTime, requestTime + 500);
    expect(ask(['GET / HTTP/1.1\r\n'], { hangsUp: false }).answer?.status).to.equal(408);
  });

  it('does not wait longer for a client that always has one more byte', () => {
    let reads = 0;
    let sent = '';
    const client = { receive: () => { reads++; return '\r\n'; }, write: (...texts: string[]) => { sent += texts.join(''); }, byteLength: (text: string) => Buffer.byteLength(text), monotonic: () => reads * 10 };
    serve(client, '127.0.0.1', site);
    expect(sent).to.equal('');
    expect(reads).to.be.lessThan(300);
  });

  it('leaves a client alone that says nothing or goes away', () => {
    expect(ask([], { hangsUp: false }).answer).to.equal(undefined);
    expect(ask([]).answer).to.equal(undefined);
    expect(ask(['\r\n']).answer).to.equal(undefined);
    expect(ask(['GET /metr']).answer?.status).to.equal(400);
  });

  it('answers what is too large while the client still sends, takes some of it and then leaves', () => {
    const { answer, client } = ask(Array.from({ length: 10_000 }, () => 'X'.repeat(4096)), { hangsUp: false });
    expect(answer?.status).to.equal(414);
    expect(client.elapsed).to.equal(0);
    expect(ask([get('/', `Cookie: ${'x'.repeat(9000)}`)]).answer?.status).to.equal(431);
    expect(ask([get('/', 'Content-Length: 5'), 'hello']).answer?.status).to.equal(413);
    expect(ask(['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']).answer?.status).to.equal(505);
  });

  it('answers with metrics when there is no report, half of one, or a wrong configuration', async () => {
    const none = ask([get('/metrics')], { site: { configured: false, moment: () => ({ ...site.moment(), metrics: undefined, metricsPresent: false }) } }).answer;
    expect(none?.status).to.equal(200);
    expectGolden(none?.body ?? '', new URL('golden/nothing.prom', import.meta.url));
    expect(await checkMetrics(none?.body ?? '')).to.equal('');
    const half = ask([get('/metrics')], { site: { moment: () => ({ ...site.moment(), metrics: renderMetrics(scanned(), files).slice(0, 2000) }) } }).answer;
    expect(half?.body).to.contain('cis_report_present 1\n').and.to.contain('cis_report_readable 0\n');
    expect(half?.body).not.to.contain('cis_rule_failed');
  });

  it('counts the bytes of a body, not its characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (image) => {
      const build = { image, baseline: '', content: '', run: '' };
      const { answer } = ask([get('/metrics')], { site: { moment: () => ({ ...site.moment(), metrics: renderMetrics(scanned({ build }), files) }) } });
      expect(answer?.headers['Content-Length']).to.equal(String(Buffer.byteLength(answer?.body ?? '')));
      expect(answer?.body).to.contain('cis_report_readable 1\n');
    }));
  });

  it('answers any bytes with one whole response, or with nothing', () => {
    const known = [200, 400, 403, 404, 405, 408, 413, 414, 431, 505];
    fc.assert(fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('GET ', '/metrics', ' HTTP/1.1\r\n', 'Host: a\r\n', '\r\n', '\r\n\r\n'), fc.nat(3000)), { maxLength: 10 }), fc.boolean(), (acts, hangsUp) => {
      const { answer, client } = ask(acts, { hangsUp });
      if (answer !== undefined) {
        expect(known).to.include(answer.status);
        expect(Number(answer.headers['Content-Length'])).to.be.at.least(0);
      }
      expect(client.elapsed).to.be.at.most(requestTime + 500);
    }), { numRuns: 2000 });
  });
});
