import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EvidenceError } from '../../errors.ts';
import { makeFolder } from '../../make-folder.ts';
import { flushFolder, storeBytes } from '../store.ts';
import type { ListedObject, ObjectStore, ObjectStream } from './objects.ts';

/** A directory, local or shared. */
export class FileObjects implements ObjectStore {
  readonly url: string;

  constructor(directory: string) {
    this.url = directory;
  }

  /** Written beside and flushed, then given its name by a hard link, which fails where there is one already. */
  async create(name: string, bytes: Buffer): Promise<'created' | 'exists'> {
    const path = join(this.url, name);
    const draft = join(dirname(path), `.${randomUUID()}.partial`);
    try {
      await makeFolder(dirname(path));
      try {
        await storeBytes(draft, bytes);
        if (!await linked(draft, path)) return 'exists';
      } finally {
        await rm(draft, { force: true });
      }
      await flushFolder(dirname(path));
      return 'created';
    } catch (cause) {
      throw new EvidenceError('store-unwritable', `${path}: cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, subject: path });
    }
  }

  async read(name: string, offset: number): Promise<ObjectStream | undefined> {
    const path = join(this.url, name);
    try {
      return { offset, total: (await stat(path)).size, body: bytesOf(path, offset) };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw unreadable(path, cause);
    }
  }

  async list(folder: string): Promise<ListedObject[]> {
    const path = join(this.url, folder);
    try {
      const names = (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name);
      return await Promise.all(names.map(async (name) => ({ name: folder + name, bytes: (await stat(join(path, name))).size })));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw unreadable(path, cause);
    }
  }
}

/** @returns false when something has that name already */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
}

function unreadable(path: string, cause: unknown): EvidenceError {
  return new EvidenceError('evidence-unreadable', `${path}: cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, subject: path });
}

/** Opened only when it is read. */
async function* bytesOf(path: string, offset: number): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, { start: offset }) as AsyncIterable<Uint8Array>;
}
