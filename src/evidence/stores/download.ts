import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { EvidenceError } from '../../errors.ts';
import { type ObjectStore, type ObjectStream, Trouble } from './objects.ts';
import { orGiveUp, type Patience, unlessIdle } from './retry.ts';

export type Progress = (bytes: number, total: number) => void;

/**
 * Loads an object into a file, which may hold its beginning already, and proves its digest. Every byte that arrives is
 * kept, so a connection that is cut again and again still gets to the end.
 * @throws EvidenceError `store-missing`, `store-length`, `store-digest`, `store-unreachable`, `store-…`
 */
export async function download(objects: ObjectStore, name: string, expected: { sha256: string; bytes: number }, file: string, patience: Patience, onProgress: Progress): Promise<void> {
  const what = `${objects.url}/${name}`;
  const handle = await open(file, 'a+', 0o644);
  try {
    let begun = (await handle.stat()).size;
    if (begun > expected.bytes) begun = await empty(handle);
    await fill(handle, begun, { objects, name, what, bytes: expected.bytes, patience, onProgress });
    if (await digestOf(file) === expected.sha256) return;
    await empty(handle);
    if (begun > 0) {
      // What an earlier run left was of something else, or damaged.
      await fill(handle, 0, { objects, name, what, bytes: expected.bytes, patience, onProgress });
      if (await digestOf(file) === expected.sha256) return;
      await empty(handle);
    }
    throw new EvidenceError('store-digest', `${what}: what is there has not the digest that it is kept under`, { subject: name });
  } finally {
    await handle.sync();
    await handle.close();
  }
}

interface Filling {
  objects: ObjectStore;
  name: string;
  what: string;
  /** How long the object is. */
  bytes: number;
  patience: Patience;
  onProgress: Progress;
}

/** Appends what is missing. */
async function fill(handle: FileHandle, begun: number, { objects, name, what, bytes, patience, onProgress }: Filling): Promise<void> {
  let held = begun;
  let failed = 0;
  onProgress(held, bytes);
  while (held < bytes) {
    const before = held;
    const controller = new AbortController();
    let chunks: AsyncIterator<Uint8Array> | undefined;
    try {
      const stream = await unlessIdle(patience.idle, (signal) => objects.read(name, held, AbortSignal.any([signal, controller.signal])));
      if (stream === undefined) throw new EvidenceError('store-missing', `${what}: is not there`, { subject: name });
      if (stream.offset !== held) held = await begin(handle, stream, held, what);
      if (stream.total !== undefined && stream.total !== bytes) throw lengthError(what, stream.total, bytes);
      const body = chunks = stream.body[Symbol.asyncIterator]();
      for (;;) {
        const next = await unlessIdle(patience.idle, () => body.next());
        if (next.done === true) break;
        if (held + next.value.length > bytes) throw lengthError(what, held + next.value.length, bytes);
        await handle.appendFile(next.value);
        held += next.value.length;
        onProgress(held, bytes);
      }
      if (held < bytes) throw new Trouble(`ended after ${held} of ${bytes} bytes`);
    } catch (error) {
      failed = held > before ? 1 : failed + 1;
      await orGiveUp(error, what, failed, patience);
    } finally {
      controller.abort();
      // Not waited for: a stalled body may never end.
      chunks?.return?.().catch(() => undefined);
    }
  }
}

/** A place that knows no ranges sends all of it again. */
async function begin(handle: FileHandle, stream: ObjectStream, asked: number, what: string): Promise<number> {
  if (stream.offset !== 0) throw new EvidenceError('store-answer', `${what}: was asked for what follows byte ${asked} and sends what follows ${stream.offset}`);
  return await empty(handle);
}

async function empty(handle: FileHandle): Promise<number> {
  await handle.truncate(0);
  return 0;
}

function lengthError(what: string, found: number, expected: number): EvidenceError {
  return new EvidenceError('store-length', `${what}: has ${found} bytes or more, ${expected} are said to be there`, { subject: what });
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
