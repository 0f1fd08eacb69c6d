import * as z from 'zod';
import { resultWords, severities } from '../../assay/model.ts';
import type { Verdict } from '../../gate/index.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const result = z.enum(resultWords);
const counts = z.strictObject(Object.fromEntries(resultWords.map((word) => [word, count])) as Record<(typeof resultWords)[number], typeof count>);

/** `verdict.json`, nothing more and nothing less. */
export const verdictSchema: z.ZodType<Verdict> = z.strictObject({
  schema: z.literal('https://cupel.dev/schema/verdict/v1'),
  verdict: z.enum(['accepted', 'refused']),
  reasons: z.array(z.strictObject({ code: z.string(), message: z.string(), rule: z.string().exactOptional() })),
  baseline: z.strictObject({ name: z.string(), sha256: digest }),
  content: z.strictObject({ product: z.string(), version: z.string(), sha256: digest }),
  profile: z.string(),
  run: z.string(),
  target: z.string(),
  counts,
  evaluated: count,
  pass_rate: z.number().min(0).max(1),
  scores: z.record(z.string(), z.number()),
  by_severity: z.strictObject({ high: counts, medium: counts, low: counts, unknown: counts }),
  failing: z.array(z.strictObject({ rule: z.string(), severity: z.enum(severities), cis: z.array(z.string()), title: z.string(), result })),
  ignored: z.array(z.strictObject({ rule: z.string(), result, reason: z.string(), owner: z.string(), expires: z.iso.date() })),
});
