import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Part } from './parts.ts';

export interface StoredFile {
  name: string;
  bytes: number;
  sha256: string;
}

/**
 * Writes one part and flushes it to the disk. A name in `.gz` is gzipped on the way unless the part
 * is already; gzip's header carries neither name nor time, so the same input gives the same bytes.
 */
export async function storePart(path: string, name: string, part: Part): Promise<StoredFile> {
  if ('text' in part) return { name, ...await store(path, () => oneChunk(part.text), name.endsWith('.gz')) };
  const gzip = name.endsWith('.gz') && !await isGzip(part.file);
  return { name, ...await store(path, () => createReadStream(part.file), gzip) };
}

export async function storeBytes(path: string, bytes: Buffer): Promise<void> {
  await store(path, () => oneChunk(bytes), false);
}

/** A new name is only there after a power cut when its folder was flushed. */
export async function flushFolder(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @param source made only when something listens for its errors */
async function store(path: string, source: () => Readable, gzip: boolean): Promise<Omit<StoredFile, 'name'>> {
  const digest = createHash('sha256');
  let bytes = 0;
  const handle = await open(path, 'wx', 0o644);
  const sink = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) {
      digest.update(chunk);
      bytes += chunk.length;
      await handle.appendFile(chunk);
    }
  };
  try {
    await (gzip ? pipeline(source(), createGzip({ level: 9 }), sink) : pipeline(source(), sink));
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes, sha256: digest.digest('hex') };
}

function oneChunk(content: string | Buffer): Readable {
  return Readable.from([typeof content === 'string' ? Buffer.from(content) : content]);
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE(0) === 0x1f8b;
  } finally {
    await handle.close();
  }
}
