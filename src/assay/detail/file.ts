import { oneToOne, readEvidenceBytes } from '../bytes.ts';
import type { Assay } from '../model.ts';
import type { AssayDetail } from './model.ts';
import { DetailReader } from './reader.ts';

/**
 * Reads what an ARF says beyond `assay`, which was read from the same file.
 * @throws EvidenceError as `readAssay`
 */
export async function readDetail(path: string, assay: Assay): Promise<AssayDetail> {
  const reader = new DetailReader(assay, { oneToOne });
  await readEvidenceBytes(path, (chunk) => reader.write(chunk));
  return reader.end();
}
