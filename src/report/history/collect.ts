import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CupelError, EvidenceError } from '../../errors.ts';
import { buildOf } from './build.ts';
import { bundleParts, folderParts } from './parts.ts';
import type { Build, History } from './model.ts';

/** Files read at the same time. */
const readers = 16;

/**
 * Finds every evidence directory and bundle below `root` and reads what the history needs of each. What cannot be read
 * is told, not left out. A build that is there as directory and as bundle counts once.
 * @param site where the history is going to be: reports out of bundles are put there, below `reports/`
 * @throws EvidenceError `history-root`, `history-unwritable`
 */
export async function collectHistory(root: string, site: string): Promise<History> {
  const found = await places(root);
  const builds: Build[] = [];
  const unreadable: History['unreadable'] = [];
  let next = 0;
  await Promise.all(Array.from({ length: readers }, async () => {
    for (let place = found[next++]; place !== undefined; place = found[next++]) {
      try {
        const path = relative(root, place.path);
        if (place.kind === 'folder') {
          builds.push(buildOf(path, await folderParts(place.path, place.names), join(path, 'report.html')));
        } else {
          const page = join(site, 'reports', `${createHash('sha256').update(path).digest('hex').slice(0, 20)}.html`);
          builds.push(buildOf(path, await bundleParts(place.path, page), relative(root, page)));
        }
      } catch (error) {
        if (!(error instanceof CupelError) || error.code === 'history-unwritable') throw error;
        unreadable.push({ path: relative(root, place.path), reason: error.message });
      }
    }
  }));
  unreadable.sort((a, b) => order(a.path, b.path));
  return { lines: linesOf(builds), unreadable };
}

function linesOf(builds: readonly Build[]): History['lines'] {
  const lines = new Map<string, Map<string, Build>>();
  // A directory says more than its bundle: it may hold the report.
  const sorted = [...builds].sort((a, b) => Number(a.report === undefined) - Number(b.report === undefined) || order(a.path, b.path));
  for (const build of sorted) {
    const line = lines.get(build.image) ?? new Map<string, Build>();
    if (!line.has(build.run)) line.set(build.run, build);
    lines.set(build.image, line);
  }
  return [...lines].sort(([a], [b]) => order(a, b)).map(([image, runs]) => ({
    image, builds: [...runs.values()].sort((a, b) => order(a.when, b.when) || order(a.run, b.run)),
  }));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type Place = { kind: 'folder'; path: string; names: ReadonlySet<string> } | { kind: 'bundle'; path: string };

async function places(root: string): Promise<Place[]> {
  const found: Place[] = [];
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
      throw new EvidenceError('history-root', `${folder}: cannot be listed (${cause instanceof Error ? cause.message : String(cause)})`, { cause, subject: folder });
    });
    const names = new Set(entries.map(({ name }) => name));
    // A directory of evidence holds its own bundle, which says nothing new.
    if (names.has('verdict.json')) {
      found.push({ kind: 'folder', path: folder, names });
      return;
    }
    const below: string[] = [];
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith('.')) below.push(path);
      else if (entry.isFile() && entry.name.endsWith('.cupel.tgz')) found.push({ kind: 'bundle', path });
    }
    await Promise.all(below.map(walk));
  };
  await walk(root);
  return found.sort((a, b) => order(a.path, b.path));
}
