import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EvidenceError } from '../errors.ts';

/**
 * Writes what a child prints to a file of this host. Never rejects, so that it can run beside the child.
 * @returns what went wrong with it
 */
export async function keepOutput(from: Readable, file: string): Promise<EvidenceError | undefined> {
  try {
    await pipeline(from, createWriteStream(file));
    return undefined;
  } catch (cause) {
    return new EvidenceError('download-unwritable', `${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
