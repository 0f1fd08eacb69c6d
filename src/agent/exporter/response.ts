/** What goes back to the client; one response a connection. */
export interface Response {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Well-formed texts, one after the other. */
  body: readonly string[];
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK', 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 408: 'Request Timeout',
  413: 'Content Too Large', 414: 'URI Too Long', 431: 'Request Header Fields Too Large', 505: 'HTTP Version Not Supported',
};

/**
 * The response as it goes out: head and body.
 * @param byteLength of a text in UTF-8
 * @param bodyless leave the body out, as for HEAD
 */
export function serializeResponse({ status, headers, body }: Response, byteLength: (text: string) => number, bodyless = false): string[] {
  const all = { ...headers, 'Content-Length': String(body.reduce((sum, text) => sum + byteLength(text), 0)), 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store', Connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${reasons[status] ?? ''}\r\n${lines.join('')}\r\n`;
  return bodyless ? [head] : [head, ...body];
}

export function plain(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Response {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, body: [`${message}\n`] };
}
