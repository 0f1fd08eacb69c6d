import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of the baselines in a folder, fragments apart. */
export async function listBaselines(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.yml')).map((name) => name.slice(0, -'.yml'.length)).sort();
}

/** Names of the fragments below a folder of baselines; none when it has no such folder. */
export async function listFragments(folder: string): Promise<string[]> {
  return (await readdir(folder)).includes('fragments') ? await listBaselines(join(folder, 'fragments')) : [];
}
