import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigurationError } from '../../../errors.ts';

/**
 * Which blocks EBS has taken: it does not tell of a snapshot that is not complete. Four bytes for each block, written
 * after EBS said so; a last one that was cut is not believed. Losing it costs the upload again, nothing else: EBS
 * holds the whole against its checksum in the end.
 */
export class Journal {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #taken: Set<number>;

  private constructor(file: string, handle: FileHandle, taken: Set<number>) {
    this.#file = file;
    this.#handle = handle;
    this.#taken = taken;
  }

  /** @throws ConfigurationError `journal-unwritable` */
  static async open(file: string): Promise<Journal> {
    try {
      await mkdir(dirname(file), { recursive: true });
      const handle = await open(file, 'a');
      const bytes = await readFile(file);
      const taken = new Set<number>();
      for (let at = 0; at + 4 <= bytes.length; at += 4) taken.add(bytes.readUInt32LE(at));
      await handle.truncate(bytes.length - bytes.length % 4);
      return new Journal(file, handle, taken);
    } catch (cause) {
      throw new ConfigurationError('journal-unwritable', `${file}: cannot remember there which blocks were sent: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, subject: file });
    }
  }

  has(index: number): boolean {
    return this.#taken.has(index);
  }

  async add(index: number): Promise<void> {
    const entry = Buffer.alloc(4);
    entry.writeUInt32LE(index);
    await this.#handle.write(entry);
    this.#taken.add(index);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** Nothing is left to go on with. */
  async remove(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}
