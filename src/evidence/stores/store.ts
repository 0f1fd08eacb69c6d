import { createHash } from 'node:crypto';
import { EvidenceError } from '../../errors.ts';
import { bundleLimits } from '../bundle/index.ts';
import { download, type Progress } from './download.ts';
import { imageKey } from './image-id.ts';
import { type ObjectStore, Trouble } from './objects.ts';
import { type Pointer, readPointer, renderPointer } from './pointer.ts';
import { type Patience, retried } from './retry.ts';

/** An image, and what binds it to a bundle. */
export interface BoundImage {
  /** As `imageIdOf` gives it. */
  imageId: string;
  /** What `bindImage` made. */
  binding: Buffer;
}

export interface StoredBundle {
  /** Of the bundle, hex. */
  sha256: string;
  bytes: number;
  /** Where the bundle is, for people. */
  url: string;
}

const pointerLimit = 1024 * 1024;

/**
 * Bundles by their digest (`bundles/<sha256>.cupel.tgz`), and one pointer per image (`images/…`). Both are written once
 * and never replaced. The pointer comes last: who finds it finds all of the rest.
 */
export class EvidenceStore {
  readonly #objects: ObjectStore;
  readonly #patience: Patience;

  constructor(objects: ObjectStore, patience: Patience) {
    this.#objects = objects;
    this.#patience = patience;
  }

  get url(): string {
    return this.#objects.url;
  }

  /**
   * Keeps a bundle, findable by each of these images. Doing it again is no error; it changes nothing.
   * @throws EvidenceError `store-conflict` when an image has other evidence already; `store-…`
   */
  async put(bundle: Buffer, images: readonly BoundImage[]): Promise<StoredBundle> {
    const stored = { sha256: digestOf(bundle), bytes: bundle.length };
    const name = bundleKey(stored.sha256);
    const keys = images.map(({ imageId }) => imageKey(imageId));
    if (await this.#create(name, bundle) === 'exists') await this.#assertSame(name, stored);
    for (const [index, { imageId, binding }] of images.entries()) {
      const pointer = renderPointer({ imageId, bundle: stored, binding: binding.toString('utf8') });
      if (await this.#create(keys[index] ?? '', pointer) === 'created') continue;
      const found = await this.find(imageId);
      if (found.bundle.sha256 !== stored.sha256) {
        throw new EvidenceError('store-conflict', `${this.url}: ${imageId} has other evidence already, bundle ${found.bundle.sha256}`, { subject: imageId });
      }
    }
    return { ...stored, url: `${this.url}/${name}` };
  }

  /** The pointer of an image. Not trusted yet. @throws EvidenceError `store-missing`, `store-pointer`, `json-…`, `store-…` */
  async find(imageId: string): Promise<Pointer> {
    const key = imageKey(imageId);
    const bytes = await this.#readAll(key, pointerLimit);
    if (bytes === undefined) throw new EvidenceError('store-missing', `${this.url}: holds no evidence of ${imageId}`, { subject: imageId });
    const pointer = readPointer(bytes, `${this.url}/${key}`);
    if (pointer.imageId !== imageId) throw new EvidenceError('store-pointer', `${this.url}/${key}: is of image ${pointer.imageId}`, { subject: imageId });
    if (pointer.bundle.bytes > bundleLimits.packed) throw new EvidenceError('bundle-too-large', `${this.url}/${key}: names a bundle of ${pointer.bundle.bytes} bytes, at most ${bundleLimits.packed} are taken`, { subject: imageId });
    return pointer;
  }

  /**
   * Loads a bundle into `file`, beginning where an earlier attempt ended, until it has the digest that it is kept under.
   * @throws EvidenceError `store-missing`, `store-length`, `store-digest`, `store-…`
   */
  async download(bundle: Pointer['bundle'], file: string, onProgress: Progress = () => undefined): Promise<void> {
    await download(this.#objects, bundleKey(bundle.sha256), bundle, file, this.#patience, onProgress);
  }

  /**
   * Every bundle that the store holds, in the order of their digests.
   * @throws EvidenceError `store-unlistable` for web servers; `store-…`
   */
  async bundles(): Promise<Pointer['bundle'][]> {
    const listed = await retried(`${this.url}/bundles/`, this.#patience, 16 * pointerLimit, (signal) => this.#objects.list('bundles/', signal));
    return listed
      .flatMap(({ name, bytes }) => {
        const sha256 = /^bundles\/([0-9a-f]{64})\.cupel\.tgz$/.exec(name)?.[1];
        return sha256 === undefined ? [] : [{ sha256, bytes }];
      })
      .sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  }

  #create(name: string, bytes: Buffer): Promise<'created' | 'exists'> {
    return retried(`${this.url}/${name}`, this.#patience, bytes.length, (signal) => this.#objects.create(name, bytes, signal));
  }

  /** An attempt whose answer was lost may have left it there; so may somebody else. */
  async #assertSame(name: string, { sha256, bytes }: { sha256: string; bytes: number }): Promise<void> {
    const found = await this.#readAll(name, bytes);
    if (found === undefined || digestOf(found) !== sha256) throw new EvidenceError('store-conflict', `${this.url}/${name}: something else is there under this digest`, { subject: name });
  }

  #readAll(name: string, limit: number): Promise<Buffer | undefined> {
    const what = `${this.url}/${name}`;
    return retried(what, this.#patience, limit, async (signal) => {
      const stream = await this.#objects.read(name, 0, signal);
      if (stream === undefined) return undefined;
      const parts: Uint8Array[] = [];
      let taken = 0;
      for await (const part of stream.body) {
        taken += part.length;
        if (taken > limit) throw new EvidenceError('store-length', `${what}: has more than ${limit} bytes`, { subject: name });
        parts.push(part);
      }
      if (stream.total !== undefined && taken !== stream.total) throw new Trouble(`ended after ${taken} of ${stream.total} bytes`);
      return Buffer.concat(parts);
    });
  }
}

function bundleKey(sha256: string): string {
  return `bundles/${sha256}.cupel.tgz`;
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
