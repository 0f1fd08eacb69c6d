/** What is: one AMI in one region, as its API tells it. */
export interface ImageFacts {
  region: string;
  id: string;
  name: string;
  account: string;
  state: string;
  created: string;
  tags: Tags;
  imds: string | undefined;
  /** ISO 8601, as EC2 says it; undefined when it is not deprecated. */
  deprecated: string | undefined;
  protected: boolean;
  /** Account ids and organisation ARNs that may launch it; `all` for everybody. */
  launchers: readonly string[];
  snapshots: readonly SnapshotFacts[];
}

export interface SnapshotFacts {
  id: string;
  tags: Tags;
  /** Account ids that may make volumes of it. */
  sharedWith: readonly string[];
}

export type Tags = Readonly<Record<string, string>>;

/** The tags that Cupel writes; `cupel:run` and `cupel:image` come from the template already. */
export const tag = {
  image: 'cupel:image',
  run: 'cupel:run',
  baseline: 'cupel:baseline',
  passRate: 'cupel:pass-rate',
  content: 'cupel:content',
  bundle: 'cupel:bundle-sha256',
  evidence: 'cupel:evidence',
  /** SHA-256 (hex) of the file that was registered, where there was one. */
  disk: 'cupel:disk-sha256',
  /** What encrypts its snapshot: ARN of a key, `default` or `none`. */
  kmsKey: 'cupel:kms-key',
  /** Day on which the first ignore entry ends. */
  ignoresUntil: 'cupel:ignores-until',
  /** Why it was revoked. */
  reason: 'cupel:reason',
  /** `published`, `quarantined` or `revoked`; nothing until publishing has finished. */
  state: 'cupel:state',
} as const;
