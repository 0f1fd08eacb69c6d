/**
 * What every report is drawn from: plain data, made by `gather/` from evidence or from an ARF. Everything in it that
 * came out of an ARF was written by the machine that was scanned: text, never markup, and to be escaped as such.
 */
import type { Finding, RuleText } from '../assay/detail/index.ts';
import type { ResultWord, Severity } from '../assay/model.ts';
import type { Tally, Verdict } from '../gate/index.ts';

export type { CollectedItem, Field, Finding, ProseBlock, Reference, RuleText } from '../assay/detail/index.ts';

export interface ReportModel {
  source: ReportSource;
  /** To be said before anything else: what makes the numbers below mean less than they seem to. */
  notices: Notice[];
  identity: Identity;
  /** Undefined when no baseline was given: the numbers are there, and nobody judged them. */
  verdict: Verdict | undefined;
  /** The counts, ignored rules left out; those of the verdict when there is one. */
  tally: Tally;
  /** The counts before hardening. */
  before: Tally | undefined;
  /** Every rule with a result but `notselected`, in the order of the ARF. */
  rules: ReportRule[];
  /** Every ignore entry of the baseline, those that expired included; soonest expiry first. */
  ignored: IgnoredRule[];
  hardening: HardeningReport | undefined;
  signature: Signature;
  /** The files of the evidence, in the order of the bundle; empty for an ARF. */
  files: EvidenceFile[];
  /** Installed packages by name, from the SBOM; undefined without one. */
  packages: Package[] | undefined;
  /** Against the evidence given as the previous one. */
  comparison: Comparison | undefined;
}

export interface ReportSource {
  kind: 'bundle' | 'directory' | 'arf' | 'machine';
  /** File name without its folder, or the name of the machine. */
  name: string;
}

export interface Notice {
  /** kebab-case and stable. */
  code: string;
  message: string;
}

export interface Identity {
  /** Image name, or the host name in an ARF that nobody judged. */
  target: string;
  /** Run UUID; '' when the ARF carries none. */
  run: string;
  host: string;
  baseline: { name: string; sha256: string } | undefined;
  /** `version` is that of the benchmark; `sha256` (of the data stream) is '' where it is not known. */
  content: { product: string; version: string; sha256: string };
  /** Full XCCDF ids. */
  benchmark: string;
  profile: string;
  /** What the content says that the profile follows: `CIS Debian Benchmark for Level 1 - Server`, `1.1.0`. */
  standard: { title: string; version: string } | undefined;
  /** ISO 8601, as oscap wrote them. */
  started: string;
  ended: string;
  /** For example `cpe:/a:redhat:openscap:1.3.7`. */
  scanner: string;
  /** XCCDF's own scores, by system. */
  scores: Record<string, number>;
  /** From environment.json. */
  os: string | undefined;
  kernel: string | undefined;
  architecture: string | undefined;
  /** The evidence that this build was held against, from environment.json. */
  previous: { run: string; arf: string } | undefined;
  /** XCCDF values in force, by short id. */
  values: Record<string, string>;
}

/** What a result does to the verdict. `uncounted`: notapplicable, informational. */
export type Standing = 'passed' | 'failed' | 'ignored' | 'uncounted';

export interface ReportRule {
  /** Short id. */
  rule: string;
  /** Full XCCDF id. */
  id: string;
  title: string;
  severity: Severity;
  result: ResultWord;
  standing: Standing;
  weight: number;
  /** CIS section numbers. */
  cis: string[];
  cce: string | undefined;
  /** What oscap said of it, oldest first. */
  messages: string[];
  /** Its fix locked the builder out and was rolled back, so it counts as failed. */
  reverted: boolean;
  /** Undefined where nothing can repair it automatically. */
  fix: RuleFix | undefined;
  /** Undefined where the source holds no benchmark. */
  text: RuleText | undefined;
  /** Why it does not pass: one entry per test of its check that speaks against it. Only for those that do not pass. */
  findings: Finding[];
  /** Further findings left out, so that no report grows without end. */
  moreFindings: number;
}

export interface RuleFix {
  /** `cupel`: a fix of Cupel's own replaces the content's. */
  source: 'content' | 'cupel';
  /** The shell script, with the values in force; for rules that do not pass only. */
  script: string | undefined;
}

export interface IgnoredRule {
  rule: string;
  title: string;
  severity: Severity;
  /** Undefined: the rule is not in the assay. */
  result: ResultWord | undefined;
  /** Whether it would count as failed, were it not ignored. */
  wouldFail: boolean;
  reason: string;
  owner: string;
  approved: string | undefined;
  /** `YYYY-MM-DD`, to the end of that day, UTC. */
  expires: string;
  ticket: string | undefined;
  /** Did not hold any more when it was judged: the rule counts. */
  expired: boolean;
}

export interface HardeningReport {
  steps: HardeningStep[];
  /** Short rule ids. */
  reverted: string[];
  oscillating: string[];
  unfixable: string[];
  passes: number;
  /** Wall seconds by what they were spent on, from environment.json: `total`, `fixes`, `oscap`, … */
  seconds: Record<string, number>;
}

/** One line of harden.jsonl. */
export interface HardeningStep {
  pass: number;
  index: number;
  /** Several for a package batch; none for the deferred boot-loader update. */
  rules: string[];
  kind: string;
  source: string;
  seconds: number;
  exit: number;
  outcome: 'ok' | 'failed' | 'reverted';
  changed: string[];
  output: string;
  detail: string | null;
}

export type Signature =
  /** Signed by a key that is trusted here, every digest and the gate held against it. */
  | { state: 'verified'; keyid: string; algorithm: string; development: boolean }
  /** Signed, but no key was given to hold it against. */
  | { state: 'unchecked'; keyid: string; algorithm: string; development: boolean }
  | { state: 'unsigned' };

export interface EvidenceFile {
  name: string;
  bytes: number;
  sha256: string;
}

export interface Package {
  name: string;
  version: string;
}

/** Two assays, `before` and `after`. */
export interface Comparison {
  before: ComparedSide;
  after: ComparedSide;
  /** What is not the same about the yardstick; to be said first. */
  subject: Change[];
  /** Counting rules that passed and do not now. Any makes the comparison a regression. */
  newlyFailing: RuleChange[];
  newlyPassing: RuleChange[];
  newlyIgnored: RuleChange[];
  noLongerIgnored: RuleChange[];
  /** Results that changed otherwise: to or from notapplicable, or from one failing word to another. */
  otherwise: RuleChange[];
  /** Rules that only one side evaluates. */
  onlyBefore: RuleChange[];
  onlyAfter: RuleChange[];
  values: Change[];
  /** Undefined when one of the sides has no SBOM. */
  packages: PackageChange[] | undefined;
  regression: boolean;
}

export interface ComparedSide {
  name: string;
  run: string;
  ended: string;
  verdict: Verdict['verdict'] | undefined;
  passRate: number;
  evaluated: number;
  failing: number;
}

export interface Change {
  /** `product`, `content`, `profile`, `baseline`, `scanner`, or the short id of a value. */
  name: string;
  from: string | undefined;
  to: string | undefined;
}

export interface RuleChange {
  rule: string;
  title: string;
  severity: Severity;
  cis: string[];
  from: ResultWord | undefined;
  to: ResultWord | undefined;
  /** Who says so and until when, for ignored rules. */
  ignore: { reason: string; owner: string; expires: string } | undefined;
}

export interface PackageChange {
  name: string;
  /** Versions; undefined where it is not installed. */
  from: string | undefined;
  to: string | undefined;
}
