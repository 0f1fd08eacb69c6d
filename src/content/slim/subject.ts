/** What of a baseline decides which content it reaches; a resolved `Baseline` is one. */
export interface SlimSubject {
  readonly name: string;
  /** SHA-256 (hex) of the baseline. */
  readonly sha256: string;
  /** Full id of the content's profile. */
  readonly profile: string;
  readonly select: readonly string[];
  readonly deselect: readonly string[];
  readonly selectGroups?: readonly string[];
  readonly values: Readonly<Record<string, string>>;
  /** Rules named without being evaluated stay known, so that the baseline resolves against the slim content too. */
  readonly ignore?: readonly { readonly rule: string }[];
  readonly expired?: readonly { readonly rule: string }[];
  readonly harden?: { readonly skip: readonly string[] };
}

export interface SlimOptions {
  /** Keep descriptions, rationales and warnings. */
  descriptions?: boolean;
  /** Keep fixes for Ansible, Puppet, … beside the shell's. */
  fixes?: boolean;
  /** Keep references to other standards than CIS benchmarks and NIST SP 800-53. */
  references?: boolean;
}
