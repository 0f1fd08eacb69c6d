import { generateKeyPairSync, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { openTunnel } from './tunnel.ts';

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
  /** A service account with a key, as programs older than workload identity want it: the content of its file. */
  readonly account: string;
  /** What both are given for a token. */
  readonly token: string;
  /** Requests that services were asked, as `METHOD /path`. */
  readonly asked: string[];
  /** Answers in place of the services, asked first. */
  fault: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** For programs that know no other addresses than Google's own: what their environment has to be to end here. */
  tunnel(directory: string): Promise<Record<string, string>>;
  stop(): Promise<void>;
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const email = 'packer@golden-images.iam.gserviceaccount.com';

/**
 * Google's token server and the services given, strict, on loopback: an identity is needed for a token, and a token
 * for everything else.
 */
export async function startGoogle(...services: readonly Service[]): Promise<Google> {
  const token = 'ya29.lab';
  const identity = 'the identity of the CI job';
  const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/ci';
  let url = '';
  /** https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests */
  const isOurs = (assertion: string): boolean => {
    const [head = '', claims = '', signature = ''] = assertion.split('.');
    const { iss, aud, exp, scope } = JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}') as { iss?: string; aud?: string; exp?: number; scope?: string };
    return verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url'))
      && iss === email && aud === `${url}/token` && (exp ?? 0) > Date.now() / 1000 && (scope ?? '') !== '';
  };
  const grant: Service = ({ method, url: { pathname }, headers, body }) => {
    // Packer asks the metadata server who it is, whatever else it was told.
    if (pathname === '/computeMetadata/v1/instance/service-accounts/default/email' && headers['metadata-flavor'] === 'Google') {
      return { status: 200, bytes: Buffer.from(email), headers: { 'metadata-flavor': 'Google' } };
    }
    if (method === 'GET' && pathname === '/identity') return { status: 200, bytes: Buffer.from(identity) };
    if (method !== 'POST' || pathname !== '/token') return undefined;
    const form = new URLSearchParams(body.toString());
    const good = form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer' ? isOurs(form.get('assertion') ?? '')
      : form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:token-exchange' && form.get('audience') === audience
        && form.get('subject_token') === identity && (form.get('scope') ?? '') !== '';
    return good
      ? { status: 200, json: { access_token: token, issued_token_type: 'urn:ietf:params:oauth:token-type:access_token', expires_in: 3599, token_type: 'Bearer' } }
      : { status: 400, json: { error: 'invalid_grant', error_description: 'the identity is not known' } };
  };
  const google: Google = { get url() { return url; }, token, asked: [], fault: undefined, credentials: '', account: '', tunnel: (directory) => openTunnel(server, url, directory), stop };
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
    account: JSON.stringify({
      type: 'service_account', project_id: 'golden-images', private_key_id: 'lab', private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }), client_email: email, client_id: '1', token_uri: `${url}/token`,
    }),
  });
}
