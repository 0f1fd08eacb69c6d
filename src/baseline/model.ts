/** The baseline after loading: extends resolved, ignore files read, choices expanded, everything checked. */

export interface IgnoreEntry {
  /** Short rule id. */
  rule: string;
  reason: string;
  owner: string;
  /** ISO dates, `YYYY-MM-DD`. Expires at the end of that day, UTC. */
  approved: string | undefined;
  expires: string;
  ticket: string | undefined;
  /** `file:line` where it was written. */
  source: string;
}

export interface GatePolicy {
  /** 0–1, compared unrounded: passed / (passed + fail + error + unknown + notchecked). */
  passRate: number;
  /** Coverage floor: passed + fail + error + unknown + notchecked, ignored rules left out. */
  minEvaluated: number;
  notApplicableMax: number | undefined;
  /** Most failures (fail + error + unknown + notchecked) per severity. */
  maxFailures: Partial<Record<'high' | 'medium' | 'low' | 'unknown', number>>;
  /** Short rule ids that must have passed. */
  required: string[];
  noRegression: boolean;
}

export interface HardenPolicy {
  passes: number;
  /** Short rule ids never remediated (they still count). */
  skip: string[];
  /** Lock-out guard on. */
  guard: boolean;
}

export interface Baseline {
  name: string;
  description: string | undefined;
  content: { product: string; version: string; sha256: string | undefined };
  /** Full XCCDF profile id of the content. */
  profile: string;
  /** Full id of the profile in the generated tailoring file: what audit and fix run with. */
  tailoredProfile: string;
  choices: Record<string, string>;
  /** XCCDF value short id → value. */
  values: Record<string, string>;
  /** Short rule ids that the choices (or `select`/`deselect`) add to or drop from the profile. */
  select: string[];
  deselect: string[];
  /** Short group ids that the profile leaves out and that hold selected rules: a rule in an unselected group is never evaluated. */
  selectGroups?: string[];
  /** Those still in force at `asOf`; expired ones are in `expired` and count again. */
  ignore: IgnoreEntry[];
  expired: IgnoreEntry[];
  harden: HardenPolicy;
  gate: GatePolicy;
  /** SHA-256 (hex) over the canonical resolved form: what the verdict and the lock name. */
  sha256: string;
  /** Files it was made from, in order read. */
  sources: string[];
}
