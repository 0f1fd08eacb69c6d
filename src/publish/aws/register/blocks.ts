import { open } from 'node:fs/promises';

/** EBS direct APIs know no other size. */
export const blockBytes = 512 * 1024;

/** Bytes of a disk. */
export interface Extent {
  start: number;
  length: number;
}

export interface Block {
  index: number;
  /** `blockBytes` long; what the disk lacks at its end is zero. */
  data: Buffer;
}

const zeros = Buffer.alloc(blockBytes);

/** Which blocks these extents touch, ascending. */
export function indexesOf(extents: readonly Extent[]): number[] {
  const indexes = new Set<number>();
  for (const { start, length } of extents) {
    for (let index = Math.floor(start / blockBytes); index * blockBytes < start + length; index++) indexes.add(index);
  }
  return [...indexes].sort((a, b) => a - b);
}

/** The blocks that are not all zeros, ascending, each in a buffer of its own: read one at a time, as they are asked for. */
export async function* blocksOf(raw: string, extents: readonly Extent[]): AsyncGenerator<Block, undefined> {
  const handle = await open(raw);
  try {
    for (const index of indexesOf(extents)) {
      const data = Buffer.alloc(blockBytes);
      for (let filled = 0; filled < blockBytes;) {
        const { bytesRead } = await handle.read(data, filled, blockBytes - filled, index * blockBytes + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      if (!data.equals(zeros)) yield { index, data };
    }
    return undefined;
  } finally {
    await handle.close();
  }
}
