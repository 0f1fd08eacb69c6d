import { createReadStream } from 'node:fs';
import { mkdir, open, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { EvidenceError } from '../../errors.ts';

/** The files of one build that the history reads, as text. */
export interface BuildParts {
  verdict: string;
  environment: string | undefined;
  before: string | undefined;
  report: boolean;
  /** When the evidence was written, for builds whose evidence does not say when it was judged. */
  written: Date;
}

const mebibyte = 1024 * 1024;
/** As in the format of bundles: what is larger is no such file. */
const limits: Readonly<Record<string, number>> = { 'verdict.json': 2 * mebibyte, 'environment.json': mebibyte, 'before.json': mebibyte, 'report.html': 16 * mebibyte };

export async function folderParts(folder: string, names: ReadonlySet<string>): Promise<BuildParts> {
  const read = async (name: string): Promise<string | undefined> => names.has(name) ? await limited(join(folder, name), limits[name] ?? 0) : undefined;
  const [verdict = '', environment, before, found] = await Promise.all([read('verdict.json'), read('environment.json'), read('before.json'), stat(join(folder, 'verdict.json')).catch((cause: unknown) => { throw unreadable(folder, cause); })]);
  return { verdict, environment, before, report: names.has('report.html'), written: found.mtime };
}

async function limited(path: string, limit: number): Promise<string> {
  try {
    const handle = await open(path, 'r');
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw new EvidenceError('evidence-unreadable', `${path}: not a plain file`, { subject: path });
      if (found.size > limit) throw new EvidenceError('bundle-too-large', `${path}: has ${found.size} bytes, at most ${limit} are taken`, { subject: path });
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof EvidenceError) throw cause;
    throw unreadable(path, cause);
  }
}

/**
 * Reads the start of a bundle: the small files come first in it, the ARF last, and nothing behind the last that is
 * wanted is unpacked. What it says is not verified.
 * @param page where its report.html is put, unless there is something already
 * @throws EvidenceError `bundle-corrupt`, `bundle-incomplete`, `bundle-too-large`
 */
export async function bundleParts(path: string, page: string): Promise<BuildParts> {
  let report = await stat(page).then(() => true, () => false);
  const wanted = report ? ['verdict.json', 'environment.json', 'before.json'] : Object.keys(limits);
  const texts = new Map<string, string>();
  const source = createReadStream(path);
  const gunzip = createGunzip();
  const archive = extract();
  const fail = (error: Error): void => {
    archive.destroy(error);
  };
  source.on('error', fail).pipe(gunzip).on('error', fail).pipe(archive);
  try {
    for await (const entry of archive) {
      const { name, size } = entry.header;
      const limit = limits[name];
      // Behind these there is nothing for us.
      if (name === 'arf.xml.gz' || (report && name === 'remediation.sh')) break;
      if (limit === undefined || !wanted.includes(name)) {
        entry.resume();
        continue;
      }
      if (size > limit) throw new EvidenceError('bundle-too-large', `${path}: ${name} has ${size} bytes, at most ${limit} are taken`, { subject: path });
      const pieces: Buffer[] = [];
      for await (const piece of entry) pieces.push(piece as Buffer);
      if (name === 'report.html') {
        await keep(page, Buffer.concat(pieces));
        report = true;
        break;
      }
      texts.set(name, Buffer.concat(pieces).toString('utf8'));
    }
  } catch (cause) {
    if (cause instanceof EvidenceError) throw cause;
    throw new EvidenceError('bundle-corrupt', `${path}: the archive cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, subject: path });
  } finally {
    source.destroy();
    gunzip.destroy();
    archive.destroy();
  }
  const verdict = texts.get('verdict.json');
  if (verdict === undefined) throw new EvidenceError('bundle-incomplete', `${path}: lacks verdict.json`, { subject: path });
  const { mtime } = await stat(path).catch((cause: unknown) => { throw unreadable(path, cause); });
  return { verdict, environment: texts.get('environment.json'), before: texts.get('before.json'), report, written: mtime };
}

async function keep(page: string, html: Buffer): Promise<void> {
  const draft = `${page}.partial`;
  try {
    await mkdir(dirname(page), { recursive: true });
    await writeFile(draft, html);
    await rename(draft, page);
  } catch (cause) {
    throw new EvidenceError('history-unwritable', `cannot write the history to ${page}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, subject: page });
  }
}

function unreadable(path: string, cause: unknown): EvidenceError {
  return new EvidenceError('evidence-unreadable', `${path}: cannot be read (${cause instanceof Error ? cause.message : String(cause)})`, { cause, subject: path });
}
