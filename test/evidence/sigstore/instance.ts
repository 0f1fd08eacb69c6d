import { createHash, generateKeyPairSync, type KeyPairKeyObjectResult, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { initializeCA, initializeTLog, initializeTSA, tsaHandler } from '@sigstore/mock';
import { issue } from './authority.ts';
import { type Claims, Issuer } from './issuer.ts';
import { enter } from './log.ts';
import { certificateLog } from './transparency.ts';

/** What an instance does otherwise than one does that is well. */
export interface SigstoreOptions {
  /** In what CI gives. */
  claims?: Partial<Claims>;
  /** What log and timestamp authority take for now. */
  witnessClock?: Date;
  /** Certificates are not entered into certificate transparency. */
  untransparent?: boolean;
  /** Which of log and timestamp authority the signing configuration names; both by default. */
  witnesses?: readonly ('log' | 'timestamps')[];
  /** Answers with this status wherever the path matches. */
  fault?: { path: RegExp; status: number };
}

export interface Sigstore {
  url: string;
  /** What the runner has to show to be given a token. */
  runnerSecret: string;
  /** Text of `signing_config.json` and `trusted_root.json`. */
  signingConfig: string;
  trustedRoot: string;
  issuer: string;
  identity: string;
  /** Paths asked for. */
  asked: string[];
  close: () => Promise<void>;
}

const workflow = 'acme/images/.github/workflows/build.yml@refs/heads/main';
const pair = (): KeyPairKeyObjectResult => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const raw = (rawBytes: Buffer): { rawBytes: string } => ({ rawBytes: rawBytes.toString('base64') });

export async function startSigstore(options: SigstoreOptions = {}): Promise<Sigstore> {
  const [issuer, runnerSecret, asked] = [new Issuer(), randomUUID(), [] as string[]];
  const transparency = certificateLog(pair());
  const authority = await initializeCA(pair(), options.untransparent === true ? undefined : transparency);
  const timestamps = await initializeTSA(pair(), options.witnessClock);
  // Its library writes 0.12 s where the reader of Sigstore wants three digits, or none, as real authorities have it.
  Object.assign(timestamps, { getCurrentTime: () => new Date(Math.floor((options.witnessClock ?? new Date()).getTime() / 1000) * 1000) });
  const logKey = pair();

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    asked.push(pathname);
    const answer = async (): Promise<[status: number, body: object | Buffer]> => {
      const body = await text(request);
      if (options.fault?.path.test(pathname) === true) return [options.fault.status, { message: 'as it was told' }];
      switch (pathname) {
        case '/token':
          if (request.headers.authorization !== `Bearer ${runnerSecret}`) return [401, {}];
          return [200, { value: issuer.token({ iss: claims.iss, aud: searchParams.get('audience') ?? '', exp: Date.now() / 1000 + 300, sub: 'repo:acme/images:ref:refs/heads/main', job_workflow_ref: workflow, ...options.claims }) }];
        case '/api/v2/signingCert': return [200, await issue(body, authority, issuer)];
        case '/api/v1/log/entries': return [201, await enter(body, log)];
        case '/api/v1/timestamp': {
          const { statusCode, response: stamp } = await tsaHandler(timestamps).fn(body);
          return [statusCode, Buffer.from(stamp)];
        }
        default: return [404, {}];
      }
    };
    answer().catch((error: unknown): [number, object] => [400, { message: String(error) }]).then(([status, body]) => {
      response.writeHead(status, { 'content-type': Buffer.isBuffer(body) ? 'application/timestamp-reply' : 'application/json', 'connection': 'close' });
      response.end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
    }, () => response.destroy());
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const log = await initializeTLog(url, logKey, options.witnessClock);
  const claims = { iss: options.claims?.iss ?? 'https://token.actions.example', ref: options.claims?.job_workflow_ref ?? workflow };

  const service = { url, majorApiVersion: 1, validFor: { start: '2020-01-01T00:00:00Z' }, operator: 'acme' };
  const { witnesses = ['log', 'timestamps'] } = options;
  const logOf = (publicKey: Buffer): object => ({
    baseUrl: url, hashAlgorithm: 'SHA2_256', logId: { keyId: createHash('sha256').update(publicKey).digest('base64') },
    publicKey: { ...raw(publicKey), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor: { start: '2020-01-01T00:00:00Z' } },
  });
  const authorityOf = (...certificates: Buffer[]): object => ({ uri: url, certChain: { certificates: certificates.map(raw) }, validFor: { start: '2020-01-01T00:00:00Z' } });
  return {
    url, runnerSecret, asked, issuer: claims.iss, identity: `https://github.com/${claims.ref}`,
    signingConfig: JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json', caUrls: [service], oidcUrls: [],
      ...(witnesses.includes('log') ? { rekorTlogUrls: [service], rekorTlogConfig: { selector: 'ANY' } } : {}),
      ...(witnesses.includes('timestamps') ? { tsaUrls: [{ ...service, url: `${url}/api/v1/timestamp` }], tsaConfig: { selector: 'ANY' } } : {}),
    }),
    trustedRoot: JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [logOf(log.publicKey)], ctlogs: [logOf(transparency.publicKey)],
      certificateAuthorities: [authorityOf(authority.rootCertificate)], timestampAuthorities: [authorityOf(timestamps.intCertificate, timestamps.rootCertificate)],
    }),
    close: async () => { await new Promise((resolve) => { server.close(resolve); }); },
  };
}
