import { createHash, randomBytes } from 'node:crypto';
import { readSync } from 'node:fs';
import { mkdir, open, readFile, rename, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigurationError, CupelError } from '../errors.ts';
import { XmlScanner } from '../xml/index.ts';
import { BenchmarkReader } from './benchmark-reader.ts';
import type { ContentIndex, ContentProfile, ContentRule, ContentValue } from './model.ts';

/** Changes when what is cached changes. */
const format = 3;

export interface IndexOptions {
  /** Where indexes are kept by the content's digest; nothing is kept without it. */
  cacheDir?: string;
  /** The file's SHA-256 when it has just been computed from its bytes: finds the cached index without reading the file again. */
  sha256?: string;
}

/** The index as JSON: maps as lists of their values. */
interface StoredIndex {
  format: typeof format;
  head: Omit<ContentIndex, 'profiles' | 'groups' | 'rules' | 'values'>;
  profiles: ContentProfile[];
  groups: [string, boolean][];
  rules: ContentRule[];
  values: ContentValue[];
}

/**
 * Reads what a SCAP source data stream holds, in one pass over its bytes.
 * @throws ConfigurationError `content-not-found`, `content-invalid`, `content-no-benchmark`, …
 */
export async function readContentIndex(path: string, options: IndexOptions = {}): Promise<ContentIndex> {
  if (options.cacheDir === undefined) return await parseIndex(path);
  const sha256 = options.sha256 ?? (await digestFile(path)).sha256;
  const cached = join(options.cacheDir, 'index', `${sha256}.json`);
  const stored = await readStored(cached, sha256);
  if (stored) return stored;
  const index = await parseIndex(path);
  await store(cached, index);
  return index;
}

/**
 * SHA-256 (hex) and size in bytes of a file.
 * @throws ConfigurationError `content-not-found`
 */
export async function digestFile(path: string): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of chunksOf(path)) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest('hex'), size };
}

/** The bytes of a file, in a buffer used again and again. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const buffer = new Uint8Array(1 << 16);
    // To wait for each chunk would take longer than to read it.
    for (let length: number; (length = readSync(file.fd, buffer)) > 0;) yield buffer.subarray(0, length);
  } catch (cause) {
    if (cause instanceof CupelError || !(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new ConfigurationError('content-not-found', `cannot read SCAP content ${path}: ${cause.message}`, {
      cause, subject: path, remedy: 'cupel content fetch <product> gets it',
    });
  } finally {
    await file?.close();
  }
}

async function parseIndex(path: string): Promise<ContentIndex> {
  const reader = new BenchmarkReader();
  const scanner = new XmlScanner(reader);
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of chunksOf(path)) {
      hash.update(chunk);
      size += chunk.length;
      scanner.write(chunk);
    }
    scanner.end();
    return { ...reader.result(), sha256: hash.digest('hex'), size };
  } catch (cause) {
    if (cause instanceof ConfigurationError && cause.code === 'content-not-found') throw cause;
    if (!(cause instanceof CupelError)) throw cause;
    // What is broken evidence in an ARF is a broken configuration here.
    const code = cause instanceof ConfigurationError ? cause.code : 'content-invalid';
    throw new ConfigurationError(code, `${path} is not usable SCAP content: ${cause.message}`, {
      cause, subject: path, remedy: cause.remedy ?? 'fetch it again: cupel content fetch <product> --refresh',
    });
  }
}

async function readStored(file: string, sha256: string): Promise<ContentIndex | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return undefined; // Not cached yet.
  }
  const stored = parseStored(text);
  if (stored?.format !== format || stored.head.sha256 !== sha256) return undefined;
  const { head, profiles, groups, rules, values } = stored;
  const byId = <T extends { id: string }>(items: T[]): Map<string, T> => new Map(items.map((item) => [item.id, item]));
  return { ...head, profiles: byId(profiles), groups: new Map(groups), rules: byId(rules), values: byId(values.map((value) => ({ ...value, default: value.default }))) };
}

function parseStored(text: string): StoredIndex | undefined {
  try {
    return JSON.parse(text) as StoredIndex;
  } catch {
    return undefined; // A damaged cache is no more than a missing one: it is written anew.
  }
}

async function store(file: string, index: ContentIndex): Promise<void> {
  const stored: StoredIndex = {
    format,
    head: { product: index.product, cpes: index.cpes, benchmark: index.benchmark, sha256: index.sha256, size: index.size },
    profiles: [...index.profiles.values()],
    groups: [...index.groups],
    rules: [...index.rules.values()],
    values: [...index.values.values()],
  };
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, JSON.stringify(stored));
  await rename(temporary, file);
}
