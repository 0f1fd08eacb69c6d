import { Refusal } from './refusal.ts';

/** What one request may cost. */
export const limits = {
  /** Bytes of the request line. */
  requestLine: 2048,
  /** Bytes of request line and header lines together. */
  head: 8192,
  headers: 64,
} as const;

export interface Request {
  method: string;
  /** Path without query. */
  path: string;
  version: '1.0' | '1.1';
  /** Lower-case names; the values of a repeated header are joined by commas, as RFC 9110 5.3 has it. */
  headers: ReadonlyMap<string, string>;
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// eslint-disable-next-line no-control-regex -- that is what is refused
const control = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r[^\n]/;

/**
 * Takes the bytes of one connection as they come and says when a request's head is whole.
 * A request with a body is refused: nothing here takes one.
 */
export class RequestReader {
  #text = '';

  /** Whether any byte has come. */
  get begun(): boolean {
    return this.#text !== '';
  }

  /**
   * @param bytes a character for each: nothing in a head has to be more
   * @returns the request once its head is whole, `undefined` while it is not
   * @throws Refusal with the status to answer
   */
  take(bytes: string): Request | undefined {
    this.#text += bytes;
    // A line break before the request line is to be ignored (RFC 9112 2.2).
    while (this.#text.startsWith('\r\n')) this.#text = this.#text.slice(2);
    const head = endOfHead(this.#text);
    const line = this.#text.indexOf('\n');
    if ((line === -1 ? this.#text.length : line) > limits.requestLine) throw new Refusal(414, 'The request line is too long.');
    if ((head ?? this.#text.length) > limits.head) throw new Refusal(431, 'The header is too large.');
    return head === undefined ? undefined : parse(this.#text.slice(0, head));
  }
}

/** Where the line feed before the empty line is: some end lines with a line feed alone. */
function endOfHead(text: string): number | undefined {
  const ends = [text.indexOf('\n\r\n'), text.indexOf('\n\n')].filter((at) => at >= 0);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

function parse(head: string): Request {
  if (control.test(head)) throw new Refusal(400, 'There are control characters in the head.');
  const [first = '', ...lines] = head.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const { method, target, version } = parseRequestLine(first);
  const headers = parseHeaders(lines);
  const host = headers.get('host');
  if (version === '1.1' && host === undefined) throw new Refusal(400, 'A request of HTTP/1.1 names its host.');
  if (host?.includes(',') === true) throw new Refusal(400, 'More than one host.');
  const length = headers.get('content-length');
  if (length !== undefined && !/^\d+$/.test(length)) throw new Refusal(400, 'The content length is not a number.');
  return withoutBody({ method, path: pathOf(target), version, headers });
}

function parseRequestLine(line: string): { method: string; target: string; version: Request['version'] } {
  const [method = '', target = '', protocol = '', ...rest] = line.split(' ');
  const version = /^HTTP\/(\d)\.(\d)$/.exec(protocol);
  if (!token.test(method) || target === '' || version === null || rest.length > 0) throw new Refusal(400, 'The request line is not one.');
  if (version[1] !== '1') throw new Refusal(505, 'This speaks HTTP/1.0 and HTTP/1.1.');
  return { method, target, version: version[2] === '0' ? '1.0' : '1.1' };
}

function parseHeaders(lines: readonly string[]): Map<string, string> {
  if (lines.length > limits.headers) throw new Refusal(431, 'Too many header lines.');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    // This also refuses a line that is folded, and blanks before the colon.
    if (!token.test(name)) throw new Refusal(400, 'A header line is not one.');
    const key = name.toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

/** Origin form or absolute form (RFC 9112 3.2); the query says nothing to us. */
function pathOf(target: string): string {
  if (target.startsWith('/') && !target.includes('?') && !target.includes('#')) return target;
  const path = /^(?:https?:\/\/[^/?#]*)?(\/[^?#]*)?(?:\?[^#]*)?$/i.exec(target);
  if (path === null) throw new Refusal(400, 'The request target is not a path.');
  return path[1] ?? '/';
}

function withoutBody(request: Request): Request {
  const length = request.headers.get('content-length');
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (reads && (request.headers.has('transfer-encoding') || (length !== undefined && Number(length) > 0))) throw new Refusal(413, 'A request here has no body.');
  return request;
}
