import { BothHandlers, XmlScanner, type XmlHandler, type XmlLimits } from '../../xml/index.ts';
import type { Assay } from '../model.ts';
import { Budget } from './budget.ts';
import { AssayDocument } from './document.ts';
import { joinAssay } from './join.ts';
import { ShapeWalker } from './shape.ts';

/** About 40 times what a real scan of the largest SCAP Security Guide product keeps. */
const keepable = 64 * 1024 * 1024;

/**
 * Reads an assay from the bytes of an ARF, of an XCCDF 1.2 Benchmark with a TestResult, or of a TestResult alone.
 * Both methods throw `EvidenceError`: `xml-…` when the bytes are not a proper document, `arf-…` when the document
 * is no complete record of one evaluation. After an error the reader is of no use.
 */
export class AssayReader {
  private readonly document: AssayDocument;
  private readonly scanner: XmlScanner;

  /** @param beside is told of every element, too; what it throws ends the reading */
  constructor(limits: XmlLimits = {}, beside?: XmlHandler) {
    const budget = new Budget(keepable);
    this.document = new AssayDocument(budget);
    const walker = new ShapeWalker(this.document.roots, budget, (name, known, depth) => this.document.watch(name, known, depth));
    this.scanner = new XmlScanner(beside === undefined ? walker : new BothHandlers(walker, beside), limits);
  }

  /** Takes the next bytes, cut anywhere. */
  write(chunk: Uint8Array): void {
    this.scanner.write(chunk);
  }

  /** The assay, once all bytes were written. */
  end(): Assay {
    this.scanner.end();
    return joinAssay(this.document);
  }
}
