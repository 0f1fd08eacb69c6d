import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EvidenceError } from '../../errors.ts';
import type { DigestsIn } from './compare.ts';

/**
 * Digests of files on a mounted disk. No link is followed: one in a foreign image may lead anywhere on this machine.
 * @throws EvidenceError `evidence-unreadable`
 */
export async function digestsOnDisk(root: string): Promise<DigestsIn> {
  // The top itself may be reached by links, also by one as /proc/PID/root is, of which no path tells where it leads.
  await readdir(root).catch((cause: unknown) => {
    throw new EvidenceError('evidence-unreadable', `${root}: cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, subject: root });
  });
  return async (paths) => {
    const found = new Map<string, string>();
    for (const path of paths) {
      const sha256 = await digestOf(root, path);
      if (sha256 !== undefined) found.set(path, sha256);
    }
    return found;
  };
}

/** Undefined: not there, or not a plain file in a plain folder. */
async function digestOf(root: string, path: string): Promise<string | undefined> {
  try {
    if (!await inPlainFolders(root, path)) return undefined;
    const handle = await open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!(await handle.stat()).isFile()) return undefined;
      const hash = createHash('sha256');
      for await (const chunk of handle.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
      return hash.digest('hex');
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw new EvidenceError('evidence-unreadable', `${root}: ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, subject: root });
  }
}

async function inPlainFolders(root: string, path: string): Promise<boolean> {
  const folder = dirname(path);
  if (folder === '/') return true;
  return await inPlainFolders(root, folder) && (await lstat(join(root, folder))).isDirectory();
}
