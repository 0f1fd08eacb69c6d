import { createHash } from 'node:crypto';
import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { EvidenceError } from '../../errors.ts';
import { type ListedObject, type ObjectStore, type ObjectStream, Trouble } from './objects.ts';
import type { CloudPlace } from './open.ts';

/** A bucket of Amazon S3, or of what speaks as it does. */
export function s3Objects(place: CloudPlace): ObjectStore {
  const client = new S3Client({
    // Retrying is ours: the SDK would begin anew what we continue.
    maxAttempts: 1,
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(place.region === undefined ? {} : { region: place.region }),
    ...(place.endpoint === undefined ? {} : { endpoint: place.endpoint, forcePathStyle: true }),
  });
  return new S3Objects(client, place);
}

class S3Objects implements ObjectStore {
  readonly url: string;
  readonly #client: S3Client;
  readonly #place: CloudPlace;

  constructor(client: S3Client, place: CloudPlace) {
    this.url = place.url;
    this.#client = client;
    this.#place = place;
  }

  async create(name: string, bytes: Buffer, signal: AbortSignal): Promise<'created' | 'exists'> {
    try {
      await this.#client.send(new PutObjectCommand({
        Bucket: this.#place.bucket, Key: this.#place.prefix + name, Body: bytes, IfNoneMatch: '*',
        ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
      }), { abortSignal: signal });
      return 'created';
    } catch (error) {
      const { status } = detailsOf(error);
      if (status === 412) return 'exists';
      // Somebody else is writing it at this moment.
      if (status === 409) throw new Trouble('is being written by somebody else', { cause: error });
      throw this.#explained(error, name);
    }
  }

  async read(name: string, offset: number, signal: AbortSignal): Promise<ObjectStream | undefined> {
    try {
      const { Body: body, ContentLength: length, ContentRange: range } = await this.#client.send(new GetObjectCommand({
        Bucket: this.#place.bucket, Key: this.#place.prefix + name, ...(offset === 0 ? {} : { Range: `bytes=${offset}-` }),
      }), { abortSignal: signal });
      if (body === undefined) throw new Trouble('answered without a body');
      const [, first, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(range ?? '') ?? [];
      return { offset: Number(first ?? 0), total: total === undefined ? length : Number(total), body: readable(body as unknown as AsyncIterable<Uint8Array>) };
    } catch (error) {
      if (error instanceof Trouble) throw error;
      const { status, name: kind } = detailsOf(error);
      if (kind === 'NoSuchKey') return undefined;
      if (status === 416) throw new EvidenceError('store-length', `${this.url}/${name}: is shorter than it is said to be`, { subject: name });
      throw this.#explained(error, name);
    }
  }

  async list(folder: string, signal: AbortSignal): Promise<ListedObject[]> {
    const { bucket, prefix } = this.#place;
    const found: ListedObject[] = [];
    try {
      for await (const { Contents: objects = [] } of paginateListObjectsV2({ client: this.#client }, { Bucket: bucket, Prefix: prefix + folder }, { abortSignal: signal })) {
        for (const { Key: key = '', Size: bytes = 0 } of objects) found.push({ name: key.slice(prefix.length), bytes });
      }
    } catch (error) {
      throw this.#explained(error, folder);
    }
    return found;
  }

  #explained(cause: unknown, name: string): Error {
    const { status, name: kind, message } = detailsOf(cause);
    const subject = `${this.url}/${name}`;
    if (status === 401 || status === 403 || kind === 'CredentialsProviderError') return new EvidenceError('store-denied', `${subject}: access denied (${kind}: ${message})`, { cause, subject });
    if (kind === 'NoSuchBucket') return new EvidenceError('store-missing', `${this.url}: there is no bucket ${this.#place.bucket}`, { cause, subject });
    if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429) return new EvidenceError('store-answer', `${subject}: answered ${status} (${kind}: ${message})`, { cause, subject });
    if (kind === 'Error' && /region/i.test(message)) return new EvidenceError('store-answer', `${subject}: ${message}`, { cause, subject, remedy: 'set AWS_REGION, or add ?region=… to the URL' });
    return new Trouble(status === undefined ? message : `answered ${status}`, { cause });
  }
}

async function* readable(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new Trouble(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function detailsOf(error: unknown): { status: number | undefined; name: string; message: string } {
  const { $metadata, name, message } = error as { $metadata?: { httpStatusCode?: number }; name?: string; message?: string };
  return { status: $metadata?.httpStatusCode, name: name ?? 'Error', message: message ?? String(error) };
}
