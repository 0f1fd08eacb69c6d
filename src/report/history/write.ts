import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EvidenceError } from '../../errors.ts';
import { renderIndex } from './index-page.ts';
import { renderLine } from './line-page.ts';
import type { History } from './model.ts';
import { pageOf } from './words.ts';

/**
 * Writes the site: `index.html` and a page for each image line. Pages that are there are replaced, one by one, each
 * whole; links lead to the evidence below `root` as it lies beside the site.
 * @returns how many pages
 * @throws EvidenceError `history-unwritable`
 */
export async function writeHistory(history: History, root: string, out: string): Promise<number> {
  const links = { root: resolve(root), site: resolve(out) };
  const pages = new Map<string, () => string>(history.lines.map((line) => [pageOf(line.image), () => renderLine(line, links)]));
  // Last: it leads to all others.
  pages.set('index.html', () => renderIndex(history));
  try {
    await mkdir(out, { recursive: true });
    for (const [name, render] of pages) {
      const draft = join(out, `.${name}.partial`);
      await writeFile(draft, render());
      await rename(draft, join(out, name));
    }
  } catch (cause) {
    throw new EvidenceError('history-unwritable', `cannot write the history to ${out}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, subject: out });
  }
  return pages.size;
}
