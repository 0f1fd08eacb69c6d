import { arfError } from './failure.ts';

/** Bounds what is kept of a document, so that memory does not grow with what a hostile one repeats. */
export class Budget {
  private left: number;

  /** @param units about as many bytes */
  constructor(units: number) {
    this.left = units;
  }

  /** @throws EvidenceError `arf-too-large` */
  spend(units: number): void {
    this.left -= units;
    if (this.left < 0) throw arfError('too-large', 'the results hold more rules, facts and messages than any real scan');
  }
}
