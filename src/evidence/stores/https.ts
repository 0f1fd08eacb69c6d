import { EvidenceError } from '../../errors.ts';
import { request, streamOf } from './http.ts';
import type { ListedObject, ObjectStore, ObjectStream } from './objects.ts';

/** Any web server; one that takes PUT and knows `If-None-Match` can be written to. */
export class HttpsObjects implements ObjectStore {
  readonly url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: URL, token: string | undefined) {
    this.url = url.href.replace(/\/+$/, '');
    // Compressed once more on the way it would have another length.
    this.#headers = { 'accept-encoding': 'identity', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  }

  async create(name: string, bytes: Buffer, signal: AbortSignal): Promise<'created' | 'exists'> {
    const { status } = await request(`${this.url}/${name}`, {
      method: 'PUT', body: new Uint8Array(bytes), signal, headers: { ...this.#headers, 'if-none-match': '*', 'content-type': 'application/octet-stream' },
    }, [412]);
    return status === 412 ? 'exists' : 'created';
  }

  async read(name: string, offset: number, signal: AbortSignal): Promise<ObjectStream | undefined> {
    const url = `${this.url}/${name}`;
    const response = await request(url, { signal, headers: { ...this.#headers, ...(offset === 0 ? {} : { range: `bytes=${offset}-` }) } }, [404, 410, 416]);
    if (response.status === 404 || response.status === 410) {
      await response.body?.cancel();
      return undefined;
    }
    return streamOf(response, url);
  }

  list(): Promise<ListedObject[]> {
    return Promise.reject(new EvidenceError('store-unlistable', `${this.url}: a web server does not say what it holds`, { subject: this.url }));
  }
}
