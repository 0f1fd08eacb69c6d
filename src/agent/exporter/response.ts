/** What goes back to the client; one response a connection. */
export interface Response {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Well-formed. */
  body: string;
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK', 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 408: 'Request Timeout',
  413: 'Content Too Large', 414: 'URI Too Long', 431: 'Request Header Fields Too Large', 505: 'HTTP Version Not Supported',
};

/**
 * The response as it goes out.
 * @param encode to UTF-8
 * @param bodyless leave the body out, as for HEAD
 */
export function serializeResponse({ status, headers, body }: Response, encode: (text: string) => Uint8Array, bodyless = false): Uint8Array {
  const content = encode(body);
  const all = { ...headers, 'Content-Length': String(content.length), 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store', Connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = encode(`HTTP/1.1 ${status} ${reasons[status] ?? ''}\r\n${lines.join('')}\r\n`);
  if (bodyless) return head;
  // In one piece: a second one would wait for the client to confirm the first.
  const whole = new Uint8Array(head.length + content.length);
  whole.set(head);
  whole.set(content, head.length);
  return whole;
}

export function plain(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Response {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, body: `${message}\n` };
}
