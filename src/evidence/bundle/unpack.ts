import { Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import { CupelError, EvidenceError } from '../../errors.ts';
import { type Contents, entries, hallmarkFile } from './entries.ts';
import { gunzip } from './gunzip.ts';
import { packTar } from './pack.ts';

/**
 * Reads a bundle into memory; nothing is written anywhere. An archive is taken only when packing what was
 * read gives the same bytes again, so every reader of archives finds the same in it.
 * @param path what to call it in messages
 * @throws EvidenceError `bundle-…`; `hallmark-missing`
 */
export async function unpackBundle(bytes: Buffer, path: string): Promise<Contents> {
  const tar = gunzip(bytes, path);
  const contents = await read(tar, path);
  assertComplete(contents, path);
  if (!tar.equals(await packTar(contents))) {
    throw new EvidenceError('bundle-not-canonical', `${path}: the archive is not as Cupel writes it: order, owners, times, or something hidden between or behind its entries`, { subject: path });
  }
  return contents;
}

async function read(tar: Buffer, path: string): Promise<Contents> {
  const contents = new Map<string, Buffer>();
  const archive = extract();
  try {
    // In pieces, so that nothing is read past a bad entry.
    Readable.from(pieces(tar), { objectMode: false }).pipe(archive);
    for await (const entry of archive) {
      assertEntry(entry.header, contents, path);
      const parts: Buffer[] = [];
      for await (const part of entry) parts.push(part as Buffer);
      contents.set(entry.header.name, Buffer.concat(parts));
    }
    return contents;
  } catch (cause) {
    if (cause instanceof CupelError) throw cause;
    throw new EvidenceError('bundle-corrupt', `${path}: the archive cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, subject: path });
  } finally {
    archive.destroy();
  }
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

function assertEntry({ name, type, size }: Header, contents: Contents, path: string): void {
  const refuse = (code: string, what: string): never => {
    throw new EvidenceError(code, `${path}: entry ${JSON.stringify(name)} ${what}`, { subject: path });
  };
  if (type === 'symlink' || type === 'link') refuse('bundle-link', 'is a link');
  if (type !== 'file') refuse('bundle-special', `is not a plain file but ${type}`);
  if (name.includes('/') || name.includes('\\') || name.startsWith('.')) refuse('bundle-path', 'is a path, not a name');
  const known = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (known === undefined) return refuse('bundle-unknown-entry', 'does not belong into a bundle');
  if (contents.has(name)) refuse('bundle-duplicate', 'is there twice');
  if (size > known.limit) refuse('bundle-too-large', `has ${size} bytes, at most ${known.limit} are taken`);
}

/** @throws EvidenceError `hallmark-missing`, `bundle-incomplete` */
export function assertComplete(contents: Contents, path: string): void {
  if (!contents.has(hallmarkFile)) {
    throw new EvidenceError('hallmark-missing', `${path}: nothing is signed: there is no ${hallmarkFile}`, { subject: path, remedy: 'a refused build has no hallmark; an accepted one gets it from cupel provision or cupel bundle' });
  }
  const missing = Object.keys(entries).filter((name) => entries[name]?.needed === true && !contents.has(name));
  if (missing.length > 0) throw new EvidenceError('bundle-incomplete', `${path}: lacks ${missing.join(', ')}`, { subject: path });
}
