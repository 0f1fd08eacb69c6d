import * as z from 'zod';

/** What is asked of the files of the evidence. They may be of an older or a newer Cupel and say more. */

const count = z.int().min(0);
const counts = z.object({ pass: count, fixed: count, notapplicable: count });

export const verdictPart = z.object({
  verdict: z.enum(['accepted', 'refused']),
  reasons: z.array(z.object({ message: z.string() })),
  baseline: z.object({ name: z.string(), sha256: z.string() }),
  content: z.object({ product: z.string(), version: z.string(), sha256: z.string() }),
  run: z.string().regex(/^[0-9A-Za-z-]{0,64}$/),
  // It names a file of the site.
  target: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/),
  counts, evaluated: count, pass_rate: z.number().min(0).max(1),
  failing: z.array(z.object({ rule: z.string(), title: z.string() })),
  ignored: z.array(z.object({ rule: z.string(), result: z.string(), expires: z.string() })),
});

export const environmentPart = z.object({ judged: z.iso.datetime().optional(), seconds: z.object({ total: z.number().optional() }).optional() });

export const beforePart = z.object({ pass_rate: z.number().min(0).max(1) });
