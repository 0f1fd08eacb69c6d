import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shortId } from '../content/index.ts';
import type { Fix } from './plan.ts';

/**
 * Our own fixes for a product: `<directory>/<family>/<rule>.sh`, then `<directory>/<product>/<rule>.sh`, the
 * latter winning. The family is the product without its version (`debian12` → `debian`).
 * @returns short rule id → fix
 */
export async function loadOwnFixes(directory: string, product: string): Promise<Map<string, Fix>> {
  const fixes = new Map<string, Fix>();
  for (const name of [product.replace(/\d+$/, ''), product]) {
    const folder = join(directory, name);
    const files = await readdir(folder).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    });
    for (const file of files.filter((entry) => entry.endsWith('.sh')).sort()) {
      fixes.set(file.slice(0, -3), { text: await readFile(join(folder, file), 'utf8'), source: 'cupel' });
    }
  }
  return fixes;
}

/** Content fixes by short rule id, with ours in place of those they replace. */
export function mergeFixes(content: ReadonlyMap<string, string>, own: ReadonlyMap<string, Fix>): Map<string, Fix> {
  const merged = new Map<string, Fix>();
  for (const [id, text] of content) merged.set(shortId(id), { text, source: 'content' });
  for (const [rule, fix] of own) merged.set(rule, fix);
  return merged;
}
