import { readdir } from 'node:fs/promises';

/** Names of the baselines in a folder, fragments apart. */
export async function listBaselines(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.yml')).map((name) => name.slice(0, -'.yml'.length)).sort();
}
