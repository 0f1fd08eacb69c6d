import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** Answers one request in its own way. Returning false lets the server answer as it should. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A plain web server on loopback that keeps what is put, knows ranges and `If-None-Match`, and makes the faults it is told to. */
export class Web {
  readonly objects = new Map<string, Buffer>();
  /** Requests as `METHOD /path range`. */
  readonly asked: string[] = [];
  /** Each is asked before the server answers; the first that answers wins. */
  faults: Fault[] = [];
  ranges = true;
  token: string | undefined;
  #server: Server | undefined;

  async start(): Promise<string> {
    const server = createServer((request, response) => { void this.#answer(request, response); });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/evidence`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    this.asked.push(range === undefined ? `${method} ${url}` : `${method} ${url} ${range}`);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (this.faults.some((fault) => fault(request, response))) return;
    if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`) { response.writeHead(403).end(); return; }
    if (method === 'PUT') {
      if (request.headers['if-none-match'] !== '*') { response.writeHead(428).end(); return; }
      if (this.objects.has(url)) { response.writeHead(412).end(); return; }
      this.objects.set(url, Buffer.concat(parts));
      response.writeHead(201).end();
      return;
    }
    const found = this.objects.get(url);
    if (found === undefined) { response.writeHead(404).end('not here'); return; }
    this.send(response, found, range === undefined ? 0 : Number(range));
  }

  send(response: ServerResponse, found: Buffer, from: number): void {
    if (from === 0 || !this.ranges) { response.writeHead(200, { 'content-length': found.length }).end(found); return; }
    if (from >= found.length) { response.writeHead(416, { 'content-range': `bytes */${found.length}` }).end(); return; }
    response.writeHead(206, { 'content-length': found.length - from, 'content-range': `bytes ${from}-${found.length - 1}/${found.length}` }).end(found.subarray(from));
  }
}

/** Only GETs of bundles, the large ones. */
export const ofBundles = (fault: Fault): Fault => (request, response) => request.method === 'GET' && request.url?.includes('/bundles/') === true && fault(request, response);

/** The first `times` requests meet it, all later ones do not. */
export function atFirst(times: number, fault: Fault): Fault {
  let left = times;
  return (request, response) => left-- > 0 && fault(request, response);
}
