import { AssayReader, type Assay } from '../../../src/assay/index.ts';
import { Budget } from '../../../src/assay/read/budget.ts';
import { AssayDocument } from '../../../src/assay/read/document.ts';
import { joinAssay } from '../../../src/assay/read/join.ts';
import { ShapeWalker } from '../../../src/assay/read/shape.ts';
import { EvidenceError } from '../../../src/errors.ts';
import { bytes, feedSaxes } from '../../xml/oracle.ts';

/** Reads a document cut after each of `cuts`; the code it is refused with, when it is. */
export function read(document: Uint8Array | string, cuts: readonly number[] = []): Assay | string {
  const all = typeof document === 'string' ? bytes(document) : document;
  const reader = new AssayReader();
  let from = 0;
  try {
    for (const cut of [...cuts].sort((a, b) => a - b)) {
      reader.write(all.subarray(from, cut));
      from = Math.max(from, cut);
    }
    reader.write(all.subarray(from));
    return reader.end();
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return error.code;
  }
}

/** The same model, but with saxes in the place of our scanner. Undefined when either refuses. */
export function readWithSaxes(document: Uint8Array): Assay | undefined {
  const budget = new Budget(1 << 26);
  const parts = new AssayDocument(budget);
  try {
    feedSaxes(document, new ShapeWalker(parts.roots, budget, (name, known, depth) => parts.watch(name, known, depth)));
    return joinAssay(parts);
  } catch {
    return undefined;
  }
}
