import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CupelError, EvidenceError } from '../../errors.ts';
import { besides, type Contents, entries } from './entries.ts';

/**
 * Reads an evidence directory as if it were a bundle. `SHA256SUMS`, `log.jsonl` and bundles beside the
 * evidence are left alone; any other file, and every link or subdirectory, is refused.
 * @throws EvidenceError `bundle-…`, `evidence-unreadable`
 */
export async function readFolder(path: string): Promise<Contents> {
  const contents = new Map<string, Buffer>();
  const names = new Set(await readdir(path).catch((cause: unknown) => { throw unreadable(path, cause); }));
  for (const name of names) {
    if (!Object.hasOwn(entries, name) && !besides.has(name) && !/^[^.][^/]*\.cupel\.tgz$/.test(name)) {
      throw new EvidenceError('bundle-unknown-entry', `${path}: ${JSON.stringify(name)} does not belong into evidence`, { subject: path });
    }
  }
  for (const [name, { limit }] of Object.entries(entries)) {
    if (names.has(name)) contents.set(name, await readPlainFile(join(path, name), limit));
  }
  return contents;
}

/** Reads a plain file of at most `limit` bytes. @throws EvidenceError `bundle-link`, `bundle-special`, `bundle-too-large`, `evidence-unreadable`, `evidence-missing` */
export async function readPlainFile(path: string, limit: number, links: 'refuse' | 'follow' = 'refuse'): Promise<Buffer> {
  try {
    // A fifo must not make us wait.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | (links === 'refuse' ? constants.O_NOFOLLOW : 0));
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw new EvidenceError('bundle-special', `${path}: not a plain file`, { subject: path });
      if (found.size > limit) throw new EvidenceError('bundle-too-large', `${path}: has ${found.size} bytes, at most ${limit} are taken`, { subject: path });
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof CupelError) throw cause;
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): EvidenceError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ELOOP') return new EvidenceError('bundle-link', `${path}: a link`, { cause, subject: path });
  if (code === 'ENOENT') return new EvidenceError('evidence-missing', `${path}: there is no such file`, { cause, subject: path });
  return new EvidenceError('evidence-unreadable', `${path}: cannot be read (${cause instanceof Error ? cause.message : String(cause)})`, { cause, subject: path });
}
