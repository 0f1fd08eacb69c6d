import { readIgnoreList } from '../../baseline/ignore-list.ts';
import { type LockDigests, readLock, readLockDigests } from '../../baseline/lock.ts';
import type { Baseline, IgnoreEntry } from '../../baseline/model.ts';
import { EvidenceError } from '../../errors.ts';
import { isSystemError, type Platform } from '../platform/index.ts';
import { asConfiguration } from './failure.ts';
import type { Places } from './places.ts';

/** What the machine is judged by and scanned with. */
export interface Subject {
  /** That of the lock, with the ignored rules that the lists on the machine hold now. */
  baseline: Baseline;
  content: { path: string; product: string; version: string; sha256: string };
  /** Lines of ignore lists that do not hold, and why. */
  warnings: string[];
  /** Files that decided this. */
  files: string[];
}

const limit = 16 * 1024 * 1024;

/**
 * Reads the baseline lock and the ignore lists, and makes sure that content and tailoring are those that the lock pins.
 * @throws EvidenceError `baseline-missing`, `lock-invalid`, `lock-digest`, `content-missing`, `content-changed`
 * @throws ConfigurationError `ignore-folder`
 */
export function readSubject(platform: Platform, places: Places): Subject {
  const text = readRequired(platform, places.lock);
  const { locked, digests } = lockFrom(places.lock, text);
  const { product } = locked.content;
  const path = `${places.content}/ssg-${product}-ds.xml`;
  assertDigest(platform, path, digests.content.slim_sha256 ?? digests.content.sha256);
  assertDigest(platform, places.tailoring, digests.tailoring);
  const lists = readIgnores(platform, places.ignore);
  return {
    baseline: { ...locked, ignore: lists.entries, expired: [] },
    content: { path, product, version: digests.content.version, sha256: digests.content.sha256 },
    warnings: lists.warnings,
    files: [places.lock, ...lists.files],
  };
}

function readRequired({ files }: Platform, path: string): string {
  try {
    return files.readText(path, limit);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new EvidenceError('baseline-missing', error.message, { cause: error, subject: path, remedy: putBack(path) });
  }
}

function putBack(path: string): string {
  return `put back the lock of the build: cp /usr/share/cupel/build/baseline.lock.yaml ${path}`;
}

/** Says of what is wrong with the lock in which file it is, and in which line where that is known. */
function lockFrom(path: string, text: string): { locked: Baseline; digests: LockDigests } {
  try {
    return { locked: readLock(text), digests: readLockDigests(text) };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    // Of the YAML reader.
    const { linePos } = (error.cause ?? {}) as { linePos?: readonly { line: number }[] };
    const subject = linePos?.[0] === undefined ? path : `${path}:${linePos[0].line}`;
    throw new EvidenceError(error.code, `${subject}: ${error.message.replace(/\s*\n\s*/g, ' ')}`, { cause: error, subject, remedy: error.remedy ?? putBack(path) });
  }
}

/** The verdict must be of the content and the selection that the baseline was resolved with. */
function assertDigest(platform: Platform, path: string, expected: string): void {
  const { exitCode, stdout, stderr } = platform.run(['sha256sum', '--', path]);
  if (exitCode !== 0) throw new EvidenceError('content-missing', `${path}: cannot be read: ${stderr.trim()}`, { subject: path, remedy: 'the image is damaged: launch the machine anew from its image' });
  // sha256sum puts a backslash before a name that it had to escape.
  const found = stdout.replace(/^\\/, '').slice(0, 64);
  if (found !== expected) {
    throw new EvidenceError('content-changed', `${path}: its SHA-256 is ${found}, the baseline lock names ${expected}`, { subject: path, remedy: 'it is not what the image was built with: find out who changed it, and launch the machine anew from its image' });
  }
}

/**
 * The ignore lists on the machine are the whole truth: what is taken out of them counts again. A line that lacks what an
 * entry needs is none, so its rule counts, too.
 */
function readIgnores({ files }: Platform, folder: string): { entries: IgnoreEntry[]; warnings: string[]; files: string[] } {
  const entries = new Map<string, IgnoreEntry>();
  const warnings: string[] = [];
  const names = asConfiguration('ignore-folder', 'make it a folder of *.txt with the rules that do not count; an empty one ignores nothing', () => files.list(folder));
  const paths = names.filter((name) => name.endsWith('.txt')).map((name) => `${folder}/${name}`);
  for (const path of paths) {
    const list = readIgnoreList(textOr(files, path, warnings));
    warnings.push(...list.problems.map(({ line, what, remedy }) => `${path}:${line}: ${what}: ${remedy}`));
    for (const { rule, reason, line, owner, expires, approved, ticket } of list.entries) {
      if (owner === undefined || expires === undefined) {
        warnings.push(`${path}:${line}: ${rule} is not ignored: write owner=… and expires=YYYY-MM-DD behind its reason`);
        continue;
      }
      const before = entries.get(rule);
      if (before !== undefined) warnings.push(`${path}:${line}: ${rule} is ignored twice, first at ${before.source}: this line is the one that holds`);
      entries.set(rule, { rule, reason, owner, approved, expires, ticket, source: `${path}:${line}` });
    }
  }
  return { entries: [...entries.values()].sort((a, b) => (a.rule < b.rule ? -1 : 1)), warnings, files: paths };
}

function textOr(files: Platform['files'], path: string, warnings: string[]): string {
  try {
    return files.readText(path, limit);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    warnings.push(`${error.message}: nothing in it is ignored`);
    return '';
  }
}
