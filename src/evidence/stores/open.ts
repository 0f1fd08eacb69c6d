import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../errors.ts';
import type { ObjectStore } from './objects.ts';
import { type Patience, patient } from './retry.ts';
import { EvidenceStore } from './store.ts';

export interface StoreOptions {
  /** Bearer token for `https:` stores. */
  token?: string | undefined;
  patience?: Patience;
}

/**
 * A store by its URL: `file:` or a path, `https://…`, `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX`. The clouds take
 * `?endpoint=URL` (a stand-in, or a compatible service) and S3 `?region=`; credentials are found as their tools find them.
 * @throws UsageError `store-url`
 */
export async function openStore(place: string, options: StoreOptions = {}): Promise<EvidenceStore> {
  return new EvidenceStore(await objectsAt(place, options), options.patience ?? patient);
}

/** Each kind is loaded only when it is asked for: the clouds' libraries are large. */
async function objectsAt(place: string, { token }: StoreOptions): Promise<ObjectStore> {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(place)) return new (await import('./file.ts')).FileObjects(resolve(place));
  const url = parse(place);
  switch (url.protocol) {
    case 'file:': return new (await import('./file.ts')).FileObjects(folderAt(url, place));
    case 'https:':
    case 'http:': {
      assertPrivate(url, place);
      if (url.search !== '' || url.hash !== '') throw bad(place, 'has a query, which would be lost');
      return new (await import('./https.ts')).HttpsObjects(url, token);
    }
    case 's3:': return (await import('./s3.ts')).s3Objects(cloud(url, place));
    case 'gs:': return (await import('./gs.ts')).gsObjects(cloud(url, place));
    default: throw bad(place, 'is of no kind that Cupel knows');
  }
}

/** What is left out would become something else: `file:store` is `/store` to URL, and a host or a query would be lost. */
function folderAt(url: URL, place: string): string {
  if (!/^file:\/\/\/[^?#]*$/i.test(place)) throw bad(place, 'is not file:///DIR', 'write file:///DIR with all of its path, or give the directory by itself');
  try {
    return fileURLToPath(url);
  } catch {
    throw bad(place, 'names no directory');
  }
}

/** A bucket, and where in it. */
export interface CloudPlace {
  /** For messages. */
  url: string;
  bucket: string;
  /** '' or ending in a slash. */
  prefix: string;
  endpoint: string | undefined;
  region: string | undefined;
}

function cloud(url: URL, place: string): CloudPlace {
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'endpoint' && key !== 'region');
  if (unknown !== undefined) throw bad(place, `has an unknown parameter ${unknown}`);
  if (url.hostname === '' || url.username !== '' || url.port !== '') throw bad(place, 'does not name a bucket');
  const endpoint = url.searchParams.get('endpoint') ?? undefined;
  if (endpoint !== undefined) assertPrivate(parse(endpoint), place);
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
  return {
    url: `${url.protocol}//${url.hostname}${prefix === '' ? '' : `/${prefix}`}`, bucket: url.hostname, prefix: prefix === '' ? '' : `${prefix}/`,
    endpoint: endpoint?.replace(/\/+$/, ''), region: url.searchParams.get('region') ?? undefined,
  };
}

/** What is unencrypted stays on this machine; and a password in a URL is in every process list and log. */
function assertPrivate(url: URL, place: string): void {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname))) throw bad(place, 'is not https');
  if (url.username !== '' || url.password !== '') throw bad(`${url.protocol}//${url.host}`, 'holds a password');
}

function parse(place: string): URL {
  try {
    return new URL(place);
  } catch {
    throw bad(place, 'is not a URL');
  }
}

function bad(place: string, why: string, remedy = 'give a directory, https://…, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX; credentials come from the environment'): UsageError {
  return new UsageError('store-url', `the store ${place} ${why}`, { remedy });
}
