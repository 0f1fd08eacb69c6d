import type { Assay } from '../../assay/model.ts';
import type { Verdict } from '../../gate/index.ts';
import type { Subject } from './subject.ts';

/** A scan that succeeded. */
export interface Complete {
  subject: Subject;
  assay: Assay;
  verdict: Verdict;
}

/** The same, before it is put in its place. */
export interface Found extends Complete {
  drift: string[] | null;
  /** Compressed, in the work folder. */
  arf: string;
  remediation: string;
}
