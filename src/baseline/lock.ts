import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { EvidenceError } from '../errors.ts';
import { digestOf } from './canonical.ts';
import type { Baseline } from './model.ts';

/** What the lock pins beside the baseline itself. */
export interface LockDigests {
  /** The content: benchmark version and SHA-256 of the whole data stream, and of the slim one that was made from it and scanned with. */
  content: { version: string; sha256: string; slim_sha256?: string };
  /** SHA-256 of `tailoring.xml`. */
  tailoring: string;
  /** SHA-256 of other files of the evidence, by name. */
  files?: Record<string, string>;
}

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const entry = z.strictObject({
  rule: z.string(), reason: z.string(), owner: z.string(), approved: z.string().optional(), expires: z.iso.date(),
  ticket: z.string().optional(), source: z.string(),
});

const lockSchema = z.strictObject({
  lock: z.literal('https://cupel.dev/schema/lock/v1'),
  name: z.string(),
  description: z.string().optional(),
  sha256: digest,
  content: z.strictObject({ product: z.string(), version: z.string(), sha256: digest.optional() }),
  profile: z.string(),
  tailoredProfile: z.string(),
  choices: z.record(z.string(), z.string()),
  values: z.record(z.string(), z.string()),
  select: z.array(z.string()),
  deselect: z.array(z.string()),
  selectGroups: z.array(z.string()).optional(),
  ignore: z.array(entry),
  expired: z.array(entry),
  harden: z.strictObject({ passes: z.int().min(1), skip: z.array(z.string()), guard: z.boolean() }),
  gate: z.strictObject({
    passRate: z.number().min(0).max(1), minEvaluated: count, notApplicableMax: count.optional(),
    maxFailures: z.strictObject({ high: count.optional(), medium: count.optional(), low: count.optional(), unknown: count.optional() }),
    required: z.array(z.string()), noRegression: z.boolean(),
  }),
  sources: z.array(z.string()),
  digests: z.strictObject({
    content: z.strictObject({ version: z.string(), sha256: digest, slim_sha256: digest.exactOptional() }),
    tailoring: digest,
    files: z.record(z.string(), digest).optional(),
  }),
});

/** `baseline.lock.yaml`: the resolved baseline with every digest; from it alone the gate can be run again. */
export function renderLock(baseline: Baseline, digests: LockDigests): string {
  const entries = (list: Baseline['ignore']): object[] => list.map(({ rule, reason, owner, approved, expires, ticket, source }) =>
    ({ rule, reason, owner, approved, expires, ticket, source }));
  const { harden, gate, content } = baseline;
  // Written out, so that the bytes depend on what the baseline says alone.
  const lock = {
    lock: 'https://cupel.dev/schema/lock/v1',
    name: baseline.name,
    description: baseline.description,
    sha256: baseline.sha256,
    content: { product: content.product, version: content.version, sha256: content.sha256 },
    profile: baseline.profile,
    tailoredProfile: baseline.tailoredProfile,
    choices: baseline.choices,
    values: baseline.values,
    select: baseline.select,
    deselect: baseline.deselect,
    selectGroups: baseline.selectGroups,
    ignore: entries(baseline.ignore),
    expired: entries(baseline.expired),
    harden: { passes: harden.passes, skip: harden.skip, guard: harden.guard },
    gate: {
      passRate: gate.passRate, minEvaluated: gate.minEvaluated, notApplicableMax: gate.notApplicableMax,
      maxFailures: { high: gate.maxFailures.high, medium: gate.maxFailures.medium, low: gate.maxFailures.low, unknown: gate.maxFailures.unknown },
      required: gate.required, noRegression: gate.noRegression,
    },
    sources: baseline.sources,
    digests: { content: { version: digests.content.version, sha256: digests.content.sha256, slim_sha256: digests.content.slim_sha256 }, tailoring: digests.tailoring, files: sortedFiles(digests) },
  };
  return stringify(withoutUndefined(lock), { lineWidth: 0, defaultKeyType: 'PLAIN', aliasDuplicateObjects: false });
}

/**
 * Reads a lock back.
 * @throws EvidenceError `lock-invalid` when it is no lock, `lock-digest` when it does not say what its digest was made of
 */
export function readLock(text: string): Baseline {
  const held = parseLock(text);
  const entries = (list: z.infer<typeof entry>[]): Baseline['ignore'] => list.map(({ approved, ticket, ...rest }) => ({ ...rest, approved, ticket }));
  const baseline: Baseline = {
    name: held.name,
    description: held.description,
    content: { ...held.content, sha256: held.content.sha256 },
    profile: held.profile,
    tailoredProfile: held.tailoredProfile,
    choices: held.choices,
    values: held.values,
    select: held.select,
    deselect: held.deselect,
    ...(held.selectGroups === undefined ? {} : { selectGroups: held.selectGroups }),
    ignore: entries(held.ignore),
    expired: entries(held.expired),
    harden: held.harden,
    gate: {
      ...held.gate, notApplicableMax: held.gate.notApplicableMax,
      maxFailures: Object.fromEntries(Object.entries(held.gate.maxFailures).filter(([, most]) => most !== undefined)),
    },
    sha256: held.sha256,
    sources: held.sources,
  };
  const computed = digestOf(baseline);
  if (computed !== baseline.sha256) {
    throw new EvidenceError('lock-digest', `the lock names digest ${baseline.sha256} but holds a baseline with ${computed}`, { remedy: 'the lock was changed after it was written; do not trust it' });
  }
  return baseline;
}

/** The digests of a lock. Errors as `readLock`. */
export function readLockDigests(text: string): LockDigests {
  const { content, tailoring, files } = parseLock(text).digests;
  return { content, tailoring, ...(files === undefined ? {} : { files }) };
}

function parseLock(text: string): z.infer<typeof lockSchema> {
  let data: unknown;
  try {
    data = parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw new EvidenceError('lock-invalid', 'the baseline lock is not YAML', { cause });
  }
  const parsed = lockSchema.safeParse(data);
  if (!parsed.success) throw new EvidenceError('lock-invalid', `the baseline lock is not one: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function sortedFiles({ files }: LockDigests): Record<string, string> | undefined {
  return files === undefined ? undefined : Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined).map(([key, held]) => [key, withoutUndefined(held)]));
}
