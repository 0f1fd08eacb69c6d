import type { ResultWord } from '../../assay/model.ts';

/** What a Nessus file says of one compliance check on one host. */
export interface NessusItem {
  /** `5.1.17`; '' when the name begins with none. */
  section: string;
  /** The check's name without its section. */
  title: string;
  result: NessusWord;
  actual: string;
  policy: string;
  auditFile: string;
}

export type NessusWord = 'PASSED' | 'FAILED' | 'WARNING' | 'ERROR';

export interface NessusHost {
  name: string;
  /** Benchmark, version and profile as the items name them; the version of the audit file where they name none. */
  benchmark: { name: string; version: string; profile: string };
  items: NessusItem[];
}

/** What was held against each other: the checks and the rules of one section, or of one title. */
export interface Match {
  section: string;
  title: string;
  /** `title`: the sections differ, or there is none. */
  by: 'section-and-title' | 'section' | 'title';
  /** PASSED when every check passed, FAILED when one failed, … */
  nessus: NessusWord;
  checks: { title: string; result: NessusWord; actual: string }[];
  /** `passed`, `failed`, or `open`: ignored, not applicable, could not tell. */
  ours: 'passed' | 'failed' | 'open';
  rules: { rule: string; title: string; result: ResultWord; ignored: boolean }[];
}

export interface NessusComparison {
  host: string;
  target: string;
  theirs: NessusHost['benchmark'];
  ours: { name: string; version: string; profile: string };
  /** Undefined when one of the two versions is not known. */
  sameVersion: boolean | undefined;
  agreements: Match[];
  /** One says passed, the other failed. These count. */
  disagreements: Match[];
  /** One of the two has not decided: warnings, errors, ignored and not applicable rules. */
  undecided: Match[];
  onlyNessus: NessusItem[];
  onlyHere: { rule: string; title: string; section: string; result: ResultWord }[];
}
