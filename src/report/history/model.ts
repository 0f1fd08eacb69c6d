/** What the history knows of one build: read from a few small files of its evidence, never from the ARF. */
export interface Build {
  image: string;
  run: string;
  /** ISO 8601. */
  when: string;
  outcome: 'accepted' | 'refused';
  reasons: string[];
  passRate: number;
  evaluated: number;
  passed: number;
  failed: number;
  notApplicable: number;
  beforeRate: number | undefined;
  /** Wall time of the whole run. */
  seconds: number | undefined;
  baseline: { name: string; sha256: string };
  content: { product: string; version: string; sha256: string };
  /** Short ids of rules that count as failed, with their titles. */
  failing: ReadonlyMap<string, string>;
  /** Short ids of rules that are ignored, with the last day. */
  ignored: ReadonlyMap<string, string>;
  /** The evidence directory or bundle, as found below the root. */
  path: string;
  /** Its report.html, from the root as well. */
  report: string | undefined;
}

/** All builds of one name, oldest first. */
export interface ImageLine {
  image: string;
  builds: readonly Build[];
}

export interface History {
  lines: ImageLine[];
  /** Evidence that could not be read: path and why. */
  unreadable: { path: string; reason: string }[];
}

/** What is different from the build before. */
export interface BuildChanges {
  newlyFailing: string[];
  noLongerFailing: string[];
  newlyIgnored: string[];
  noLongerIgnored: string[];
  /** `content 0.1.81 → 0.1.82`, and the like. */
  yardstick: string[];
}
