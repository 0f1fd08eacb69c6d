import { CupelError, EvidenceError } from '../errors.ts';
import { oneToOne, readEvidenceBytes } from './bytes.ts';
import type { XmlHandler } from '../xml/index.ts';
import type { Assay } from './model.ts';
import { AssayReader } from './read/index.ts';

export interface ReadAssayOptions {
  /** Most bytes read, after decompression. Default 1 GiB. */
  maxBytes?: number;
  /** Is told of every element, too: see `AssayReader`. */
  beside?: XmlHandler;
}

/**
 * Reads an assay from an ARF or XCCDF results file, plain or gzip.
 * @throws EvidenceError `evidence-…` and `gzip-…` for the file, `xml-…` and `arf-…` for what is in it
 */
export async function readAssay(path: string, options: ReadAssayOptions = {}): Promise<Assay> {
  const reader = new AssayReader({ oneToOne }, options.beside);
  try {
    await readEvidenceBytes(path, (chunk) => reader.write(chunk), options.maxBytes);
    return reader.end();
  } catch (error) {
    throw named(path, error);
  }
}

/** The pure reader does not know which file it reads. */
function named(path: string, error: unknown): unknown {
  if (!(error instanceof CupelError) || error.message.startsWith(path)) return error;
  return new EvidenceError(error.code, `${path}: ${error.message}`, { cause: error, subject: path, ...(error.remedy === undefined ? {} : { remedy: error.remedy }) });
}
