import { createHash } from 'node:crypto';
import { GoogleAuth } from 'google-auth-library';
import { EvidenceError } from '../../errors.ts';
import { request, streamOf } from './http.ts';
import { type ListedObject, type ObjectStore, type ObjectStream, Trouble } from './objects.ts';
import type { CloudPlace } from './open.ts';

/** A bucket of Google Cloud Storage, by its JSON API: https://cloud.google.com/storage/docs/json_api */
export function gsObjects(place: CloudPlace): ObjectStore {
  // No project is needed for objects; unless one is given, the library looks one up first, from a service of its own.
  return new GsObjects(place, new GoogleAuth({ projectId: 'none', scopes: ['https://www.googleapis.com/auth/devstorage.read_write'] }));
}

class GsObjects implements ObjectStore {
  readonly url: string;
  readonly #place: CloudPlace;
  readonly #auth: GoogleAuth;
  readonly #endpoint: string;

  constructor(place: CloudPlace, auth: GoogleAuth) {
    this.url = place.url;
    this.#place = place;
    this.#auth = auth;
    this.#endpoint = place.endpoint ?? 'https://storage.googleapis.com';
  }

  async create(name: string, bytes: Buffer, signal: AbortSignal): Promise<'created' | 'exists'> {
    const query = new URLSearchParams({ uploadType: 'media', name: this.#place.prefix + name, ifGenerationMatch: '0', fields: 'md5Hash,size' });
    const url = `${this.#endpoint}/upload/storage/v1/b/${encodeURIComponent(this.#place.bucket)}/o?${query.toString()}`;
    const response = await request(url, {
      method: 'POST', body: new Uint8Array(bytes), signal, headers: { ...await this.#authorization(), 'content-type': 'application/octet-stream' },
    }, [412]);
    if (response.status === 412) {
      await response.body?.cancel();
      return 'exists';
    }
    const kept = await response.json() as { md5Hash?: string; size?: string };
    if (kept.size !== String(bytes.length) || kept.md5Hash !== createHash('md5').update(bytes).digest('base64')) {
      throw new EvidenceError('store-digest', `${this.url}/${name}: what was kept is not what was sent`, { subject: name });
    }
    return 'created';
  }

  async read(name: string, offset: number, signal: AbortSignal): Promise<ObjectStream | undefined> {
    const url = `${this.#endpoint}/storage/v1/b/${encodeURIComponent(this.#place.bucket)}/o/${encodeURIComponent(this.#place.prefix + name)}?alt=media`;
    const headers = { ...await this.#authorization(), 'accept-encoding': 'identity', ...(offset === 0 ? {} : { range: `bytes=${offset}-` }) };
    const response = await request(url, { signal, headers }, [404, 416]);
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    return streamOf(response, url);
  }

  async list(folder: string, signal: AbortSignal): Promise<ListedObject[]> {
    const { bucket, prefix } = this.#place;
    const found: ListedObject[] = [];
    let page: string | undefined;
    do {
      const query = new URLSearchParams({ prefix: prefix + folder, fields: 'items(name,size),nextPageToken', ...(page === undefined ? {} : { pageToken: page }) });
      const response = await request(`${this.#endpoint}/storage/v1/b/${encodeURIComponent(bucket)}/o?${query.toString()}`, { signal, headers: await this.#authorization() }, []);
      const { items = [], nextPageToken } = await response.json() as { items?: { name: string; size: string }[]; nextPageToken?: string };
      for (const { name, size } of items) found.push({ name: name.slice(prefix.length), bytes: Number(size) });
      page = nextPageToken;
    } while (page !== undefined);
    return found;
  }

  async #authorization(): Promise<Record<string, string>> {
    let token: string | null | undefined;
    try {
      token = await this.#auth.getAccessToken();
    } catch (cause) {
      const { status, message } = cause as { status?: number; message?: string };
      if (status !== undefined && (status === 429 || status >= 500)) throw new Trouble(`the token server answered ${status}`, { cause });
      throw new EvidenceError('store-denied', `${this.url}: no credentials of Google Cloud: ${message ?? String(cause)}`, { cause, remedy: 'set GOOGLE_APPLICATION_CREDENTIALS, or run gcloud auth application-default login' });
    }
    if (token == null) throw new EvidenceError('store-denied', `${this.url}: Google Cloud gave no access token`);
    return { authorization: `Bearer ${token}` };
  }
}
