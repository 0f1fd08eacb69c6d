import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import rcompare from 'semver/functions/rcompare.js';
import satisfiesRange from 'semver/functions/satisfies.js';
import * as z from 'zod';
import type { Emit } from '../events.ts';
import { dataStreamName } from './products.ts';
import { digestFile, readContentIndex } from './read-index.ts';

/** One data stream on disk, verified. */
export interface ContentFile {
  product: string;
  /** Version of the benchmark in it, for example `0.1.82`. */
  version: string;
  path: string;
  /** Of the data stream, hex. */
  sha256: string;
  /** Where it came from, for example `apt testing ssg-debian 0.1.82-1` or the release's URL. */
  source: string;
}

const recordSchema = z.object({ product: z.string(), version: z.string(), sha256: z.string(), source: z.string() });

export interface Wanted {
  product: string;
  /** semver range of the benchmark's version. */
  version: string;
  /** Pin. */
  sha256: string | undefined;
}

const folderOf = (cacheDir: string, product: string): string => join(cacheDir, product);

/**
 * Looks for a cached data stream that satisfies what is wanted, newest first. Its digest is computed
 * again: a damaged file is reported and passed over.
 */
export async function findCached(cacheDir: string, wanted: Wanted, emit: Emit): Promise<ContentFile | undefined> {
  const folder = folderOf(cacheDir, wanted.product);
  const found: ContentFile[] = [];
  for (const entry of await entriesOf(folder)) {
    const record = await readRecord(join(folder, entry, 'content.json'));
    if (record?.product !== wanted.product || !satisfies(record, wanted)) continue;
    found.push({ ...record, path: join(folder, entry, dataStreamName(wanted.product)) });
  }
  found.sort((a, b) => rcompare(a.version, b.version));
  for (const file of found) {
    const actual = await digestFile(file.path).then(({ sha256 }) => sha256, () => 'unreadable');
    if (actual === file.sha256) return file;
    emit({ type: 'warning', message: `cached ${file.path} is damaged (its SHA-256 is not the one recorded); passing it over` });
  }
  return undefined;
}

export function satisfies(file: { version: string; sha256: string }, wanted: Wanted): boolean {
  return satisfiesRange(file.version, wanted.version, { includePrerelease: true }) && (wanted.sha256 === undefined || wanted.sha256 === file.sha256);
}

/**
 * Puts a data stream into the cache, all or nothing.
 * @param from a file that may be moved away
 * @throws ConfigurationError when it is not a data stream of the product
 */
export async function addToCache(cacheDir: string, product: string, from: string, source: string): Promise<ContentFile> {
  const index = await readContentIndex(from);
  const record = { product, version: index.benchmark.version, sha256: index.sha256, source };
  const name = `${record.version}-${record.sha256.slice(0, 12)}`;
  const folder = folderOf(cacheDir, product);
  const path = join(folder, name, dataStreamName(product));
  await mkdir(folder, { recursive: true });
  const staging = await mkdtemp(join(folder, '.new-'));
  try {
    await copyFile(from, join(staging, dataStreamName(product)));
    await writeFile(join(staging, 'content.json'), `${JSON.stringify(record, null, 2)}\n`);
    // A folder cannot be renamed over a full one; what was there has the same name, so the same digest, or is damaged.
    await rm(join(folder, name), { recursive: true, force: true });
    await rename(staging, join(folder, name)).catch(async (error: unknown) => {
      // Another process that fetched the same bytes was faster.
      if (!(error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST'))) throw error;
      await rm(staging, { recursive: true, force: true });
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return { ...record, path };
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function readRecord(file: string): Promise<z.infer<typeof recordSchema> | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined; // An entry without a sound record is not in the cache.
  }
}
