import { closeSync, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, type Gunzip } from 'node:zlib';
import { CupelError, EvidenceError } from '../errors.ts';

/** A string of a chunk is still small enough for V8 to throw away cheaply. */
const chunkSize = 1 << 16;
/** A real ARF has 10 to 50 MB. */
const defaultLimit = 1 << 30;

/**
 * Hands the bytes of an evidence file to `take`, decompressed when the file is gzip (told by its first bytes).
 *
 * @param take called with chunks that are reused afterwards; what it throws comes out unchanged
 * @param limit most bytes after decompression; 1 GiB when undefined
 * @throws EvidenceError `evidence-missing`, `evidence-unreadable`, `evidence-too-large`, `gzip-truncated`, `gzip-corrupt`
 */
export async function readEvidenceBytes(path: string, take: (chunk: Uint8Array) => void, limit: number = defaultLimit): Promise<void> {
  let taken = 0;
  const bounded = (chunk: Uint8Array): void => {
    taken += chunk.length;
    if (taken > limit) throw new EvidenceError('evidence-too-large', `${path}: more than ${limit} bytes of evidence`, { subject: path });
    take(chunk);
  };
  const file = openEvidence(path);
  try {
    const source = new FileSource(file, path);
    const first = source.next();
    if (first === undefined) return;
    if (first[0] === 0x1f && (first.length === 1 || first[1] === 0x8b)) await gunzip(path, source, first, bounded);
    else for (let chunk: Uint8Array | undefined = first; chunk !== undefined; chunk = source.next()) bounded(chunk);
  } finally {
    closeSync(file);
  }
}

/** Unpacks an ARF in chunks as its readers like them. */
export const inflater = (): Gunzip => createGunzip({ chunkSize });

/** Bytes as a string with one character for each, in Node's fast way. */
export const oneToOne = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

function openEvidence(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw missing
      ? new EvidenceError('evidence-missing', `${path}: there is no such file`, { cause, subject: path })
      : unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): EvidenceError {
  return new EvidenceError('evidence-unreadable', `${path}: cannot be read (${cause instanceof Error ? cause.message : String(cause)})`, { cause, subject: path });
}

/** The file's bytes, in a buffer used again and again. Read in step: waiting for each chunk takes longer than reading it. */
class FileSource {
  drained = false;
  read = 0;
  private readonly file: number;
  private readonly path: string;
  private readonly buffer = new Uint8Array(chunkSize);

  constructor(file: number, path: string) {
    this.file = file;
    this.path = path;
  }

  next(): Uint8Array | undefined {
    try {
      const bytesRead = readSync(this.file, this.buffer, 0, chunkSize, null);
      this.read += bytesRead;
      this.drained = bytesRead === 0;
      return this.drained ? undefined : this.buffer.subarray(0, bytesRead);
    } catch (cause) {
      throw unreadable(this.path, cause);
    }
  }

  /** Chunks of their own memory, for a consumer that keeps them a while. */
  * copies(first: Uint8Array): Generator<Uint8Array> {
    for (let chunk: Uint8Array | undefined = first; chunk !== undefined; chunk = this.next()) yield chunk.slice();
  }
}

async function gunzip(path: string, source: FileSource, first: Uint8Array, take: (chunk: Uint8Array) => void): Promise<void> {
  const inflate = inflater();
  // A pipeline reports the abort of its source in place of what its consumer threw.
  let refusal: unknown;
  try {
    await pipeline(Readable.from(source.copies(first), { objectMode: false }), inflate, async (chunks: AsyncIterable<Uint8Array>) => {
      try {
        for await (const chunk of chunks) take(chunk);
      } catch (error) {
        refusal = error;
        throw error;
      }
    });
  } catch (cause) {
    throw gunzipFailure(path, refusal ?? cause);
  }
  if (!source.drained || inflate.bytesWritten !== source.read) throw corrupt(path, undefined);
}

function gunzipFailure(path: string, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (cause instanceof CupelError || code === undefined) return cause;
  if (code === 'Z_BUF_ERROR') return new EvidenceError('gzip-truncated', `${path}: the compressed file ends too early`, { cause, subject: path });
  // zlib ends its stream at the first byte that belongs to no gzip member, and the source is aborted.
  return code.startsWith('Z_') || code === 'ABORT_ERR' || code === 'ERR_STREAM_PREMATURE_CLOSE' ? corrupt(path, cause) : cause;
}

function corrupt(path: string, cause: unknown): EvidenceError {
  return new EvidenceError('gzip-corrupt', `${path}: the compressed file is damaged or has something behind its end`, { cause, subject: path });
}
