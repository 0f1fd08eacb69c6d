import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What a service answers. */
export interface Answer {
  status: number;
  json?: unknown;
  bytes?: Buffer;
  headers?: Readonly<Record<string, string>>;
}

/** One of Google's services, without its tokens. Undefined: no such address. */
export type Service = (request: { method: string; url: URL; headers: IncomingMessage['headers']; body: Buffer }) => Answer | undefined;

export interface Google {
  /** Base URL of all services. */
  readonly url: string;
  /** A workload identity whose tokens come from here, as CI jobs have it: the content of its file. */
  readonly credentials: string;
  /** Requests that services were asked, as `METHOD /path`. */
  readonly asked: string[];
  /** Answers in place of the services, asked first. */
  fault: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  stop(): Promise<void>;
}

/**
 * Google's token server and the services given, strict, on loopback: an identity is needed for a token, and a token
 * for everything else.
 */
export async function startGoogle(...services: readonly Service[]): Promise<Google> {
  const token = 'ya29.lab';
  const identity = 'the identity of the CI job';
  const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/ci';
  let url = '';
  const grant: Service = ({ method, url: { pathname }, body }) => {
    if (method === 'GET' && pathname === '/identity') return { status: 200, bytes: Buffer.from(identity) };
    if (method !== 'POST' || pathname !== '/token') return undefined;
    const form = new URLSearchParams(body.toString());
    const good = form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:token-exchange' && form.get('audience') === audience
      && form.get('subject_token') === identity && (form.get('scope') ?? '') !== '';
    return good
      ? { status: 200, json: { access_token: token, issued_token_type: 'urn:ietf:params:oauth:token-type:access_token', expires_in: 3599, token_type: 'Bearer' } }
      : { status: 400, json: { error: 'invalid_grant', error_description: 'the identity is not known' } };
  };
  const google: Google = { get url() { return url; }, asked: [], fault: undefined, credentials: '', stop };
  const server = createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const call = { method: request.method ?? '', url: new URL(request.url ?? '/', url), headers: request.headers, body: Buffer.concat(parts) };
      let answer = grant(call);
      if (answer === undefined) {
        google.asked.push(`${call.method} ${call.url.pathname}`);
        if (google.fault?.(request, response) === true) return;
        answer = request.headers.authorization === `Bearer ${token}`
          ? services.map((service) => service(call)).find((given) => given !== undefined) ?? { status: 404, json: { error: { code: 404, message: 'Not Found' } } }
          : { status: 401, json: { error: { code: 401, message: 'Invalid Credentials' } } };
      }
      const { status, json, bytes, headers } = answer;
      const body = bytes ?? Buffer.from(JSON.stringify(json ?? {}));
      response.writeHead(status, { 'content-type': bytes === undefined ? 'application/json' : 'application/octet-stream', 'content-length': body.length, ...headers }).end(body);
    })().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  async function stop(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return Object.assign(google, {
    credentials: JSON.stringify({
      type: 'external_account', audience, subject_token_type: 'urn:ietf:params:oauth:token-type:jwt', token_url: `${url}/token`, universe_domain: 'googleapis.com',
      credential_source: { url: `${url}/identity`, format: { type: 'text' } },
    }),
  });
}
