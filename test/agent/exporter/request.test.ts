import { expect } from 'chai';
import fc from 'fast-check';
import { limits, type Request, RequestReader } from '../../../src/agent/exporter/request.ts';
import { Refusal } from '../../../src/agent/exporter/refusal.ts';

/** The request, or the status it is refused with; `undefined` while it is not whole. */
function read(...chunks: readonly string[]): Request | number | undefined {
  const reader = new RequestReader();
  try {
    for (const chunk of chunks) {
      const request = reader.take(chunk);
      if (request !== undefined) return request;
    }
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
}

const get = (line: string, ...headers: string[]): string => [line, ...headers, '', ''].join('\r\n');
const pathOf = (target: string): unknown => {
  const request = read(get(`GET ${target} HTTP/1.0`));
  return typeof request === 'object' ? request.path : request;
};

describe('a request', () => {
  it('is read with its headers, their names in lower case', () => {
    expect(read(get('GET /metrics?collect=x HTTP/1.1', 'Host: a', 'ACCEPT: text/plain', 'Accept:  */*\t'))).to.deep.equal({
      method: 'GET', path: '/metrics', version: '1.1', headers: new Map([['host', 'a'], ['accept', 'text/plain, */*']]),
    });
  });

  it('is read however it is cut, also by whoever ends lines with a line feed alone', () => {
    for (const text of [get('GET / HTTP/1.1', 'Host: a'), 'GET / HTTP/1.1\nHost: a\n\n', `\r\n\r\n${get('GET / HTTP/1.1', 'Host: a')}`]) {
      expect(read(...Array.from(text)), JSON.stringify(text)).to.include({ path: '/' });
      expect(read(text)).to.include({ path: '/' });
    }
  });

  it('is not whole before its head is', () => {
    const whole = get('GET /metrics HTTP/1.1', 'Host: a');
    for (let length = 0; length < whole.length; length++) expect(read(whole.slice(0, length)), `${length} bytes`).to.equal(undefined);
  });

  it('names a path in origin form or absolute form', () => {
    expect(['/', '/metrics', '/metrics?a=b#c', '/?', 'http://host:9779/metrics', 'http://host', 'HTTP://host?x'].map(pathOf))
      .to.deep.equal(['/', '/metrics', 400, '/', '/metrics', '/', '/']);
    expect(['*', 'metrics', 'ftp://host/', 'host:80'].map(pathOf)).to.deep.equal([400, 400, 400, 400]);
  });

  it('is refused as bad when its request line is not one', () => {
    const lines = ['GET /', 'GET', '', 'GET  / HTTP/1.1', 'GET / HTTP/1.1 ', 'GET / HTTP/1', 'GET / http/1.1', 'G(T / HTTP/1.1', 'GET /\0 HTTP/1.1', 'GET\t/\tHTTP/1.1', '\x16\x03\x01\x02\0\x01 a b'];
    for (const line of lines) if (line !== '') expect(read(get(line, 'Host: a')), JSON.stringify(line)).to.equal(400);
  });

  it('is refused as bad when a header line is not one', () => {
    for (const header of ['no colon', ': empty', 'Na me: x', 'Name : x', ' folded', 'X: a\0b', 'X: a\x7fb', 'X: a\rb']) {
      expect(read(get('GET / HTTP/1.1', 'Host: a', header)), JSON.stringify(header)).to.equal(400);
    }
  });

  it('is refused as bad when it names no host, or two', () => {
    expect(read(get('GET / HTTP/1.1'))).to.equal(400);
    expect(read(get('GET / HTTP/1.1', 'Host: a', 'Host: b'))).to.equal(400);
    expect(read(get('GET / HTTP/1.0'))).to.include({ version: '1.0' });
  });

  it('is refused when it speaks another HTTP', () => {
    expect(read('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).to.equal(505);
    expect(read(get('GET / HTTP/3.0'))).to.equal(505);
    expect(read(get('GET / HTTP/0.9'))).to.equal(505);
  });

  it('is refused when it brings a body', () => {
    expect(read(get('GET / HTTP/1.1', 'Host: a', 'Content-Length: 1'))).to.equal(413);
    expect(read(get('GET / HTTP/1.1', 'Host: a', 'Content-Length: 99999999999999999999'))).to.equal(413);
    expect(read(get('HEAD / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked'))).to.equal(413);
    expect(read(get('GET / HTTP/1.1', 'Host: a', 'Content-Length: 0'))).to.include({ path: '/' });
    for (const length of ['-1', '+1', '0x10', '1, 1', '', ' ']) expect(read(get('GET / HTTP/1.1', 'Host: a', `Content-Length: ${length}`)), length).to.equal(400);
  });

  it('is refused when its line or its head is too large, whole or not', () => {
    const long = `GET /${'a'.repeat(limits.requestLine)}`;
    expect(read(long)).to.equal(414);
    expect(read(get(`${long} HTTP/1.1`, 'Host: a'))).to.equal(414);
    expect(read(get('GET / HTTP/1.1', `X: ${'a'.repeat(limits.head)}`))).to.equal(431);
    expect(read('GET / HTTP/1.1\r\n', ...Array.from({ length: 200 }, () => `X: ${'a'.repeat(60)}\r\n`))).to.equal(431);
    expect(read(get('GET / HTTP/1.0', ...Array.from({ length: limits.headers + 1 }, (_, n) => `X-${n}: 1`)))).to.equal(431);
    expect(read(get('GET / HTTP/1.0', ...Array.from({ length: limits.headers }, (_, n) => `X-${n}: 1`)))).to.include({ path: '/' });
  });

  it('of any bytes is a request, a refusal with a known status, or unfinished', () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('latin1')), fc.constantFrom('GET ', '/', ' HTTP/1.1', '\r\n', '\n', ':', 'Host: a', '\0', 'HEAD', ' ', '\r'));
    fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (chunks) => {
      const outcome = read(...chunks);
      expect(outcome === undefined || typeof outcome === 'object' || [400, 413, 414, 431, 505].includes(outcome)).to.equal(true);
    }), { numRuns: 5000 });
  });
});
