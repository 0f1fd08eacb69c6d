import * as z from 'zod';
import { resultWords } from '../../assay/model.ts';
import { EvidenceError } from '../../errors.ts';
import type { Tally } from '../../gate/index.ts';
import type { HardeningStep, Package } from '../model.ts';

/** Reads the parts of the evidence that no verdict rests on, and that may be of an older or a newer Cupel: what is missing is empty. */

const count = z.int().min(0);
const counts = z.object(Object.fromEntries(resultWords.map((word) => [word, count])) as Record<(typeof resultWords)[number], typeof count>);
const tallySchema: z.ZodType<Tally> = z.object({
  counts, evaluated: count, pass_rate: z.number().min(0).max(1), by_severity: z.object({ high: counts, medium: counts, low: counts, unknown: counts }),
});

const step: z.ZodType<HardeningStep> = z.object({
  pass: z.number().default(1), index: z.number().default(0), rules: z.array(z.string()), kind: z.string().default(''), source: z.string().default(''),
  seconds: z.number().default(0), exit: z.number().default(0), outcome: z.enum(['ok', 'failed', 'reverted']), changed: z.array(z.string()).default([]),
  output: z.string().default(''), detail: z.string().nullable().default(null),
});

const environment = z.object({
  os: z.string().optional(), kernel: z.string().optional(), architecture: z.string().optional(),
  previous: z.object({ run: z.string(), arf: z.string() }).optional(),
  hardening: z.object({
    passes: z.number().default(0), reverted: z.array(z.string()).default([]), oscillating: z.array(z.string()).default([]), unfixable: z.array(z.string()).default([]),
  }).optional(),
  seconds: z.record(z.string(), z.number()).default({}),
});
export type EnvironmentPart = z.infer<typeof environment>;

const sbom = z.object({
  components: z.array(z.object({ type: z.string(), name: z.string(), version: z.string().optional() })).default([]),
});

export function readBefore(bytes: Buffer | undefined): Tally | undefined {
  return bytes === undefined ? undefined : checked(tallySchema, json(bytes, 'before.json'), 'before.json');
}

export function readSteps(bytes: Buffer | undefined): HardeningStep[] {
  const lines = bytes?.toString('utf8').split('\n') ?? [];
  return lines.flatMap((line, at) => (line === '' ? [] : [checked(step, json(line, `harden.jsonl:${at + 1}`), `harden.jsonl:${at + 1}`)]));
}

export function readEnvironment(bytes: Buffer | undefined): EnvironmentPart {
  return bytes === undefined ? { seconds: {} } : checked(environment, json(bytes, 'environment.json'), 'environment.json');
}

/** The packages that an SBOM lists, sorted by name. The operating system is a component too, and none of them. */
export function readPackages(bytes: Buffer | undefined): Package[] | undefined {
  if (bytes === undefined) return undefined;
  const { components } = checked(sbom, json(bytes, 'sbom.cdx.json'), 'sbom.cdx.json');
  return components
    .filter(({ type }) => type !== 'operating-system' && type !== 'file')
    .map(({ name, version }) => ({ name, version: version ?? '' }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));
}

function json(text: Buffer | string, name: string): unknown {
  try {
    return JSON.parse(text.toString());
  } catch (cause) {
    throw new EvidenceError('json-invalid', `${name}: not JSON`, { cause, subject: name });
  }
}

function checked<T>(schema: z.ZodType<T>, data: unknown, name: string): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new EvidenceError('json-schema', `${name}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not of its schema'}`, { subject: name });
}
