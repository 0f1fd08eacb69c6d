import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and what is missing above it, one by one; what is there stays as it is. Node's own recursive mkdir never
 * ends where a file system says "no such file" of a name in a folder that is there, as /proc does.
 * @param mode of each folder that is made, before the umask
 * @throws the system's error for the first one that cannot be made
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent, mode);
  try {
    await mkdir(path, { mode });
  } catch (error) {
    // Somebody else may have made it at the same moment.
    if (!await isFolder(path)) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isDirectory(), () => false);
}
