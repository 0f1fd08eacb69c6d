import * as z from 'zod';
import { verdictSchema } from '../../evidence/statement/verdict-schema.ts';
import type { ScanResult } from '../result.ts';

const moment = z.iso.datetime();

/** `result.json`, nothing more and nothing less: a crash, a disk or somebody's editor may have left something else. */
export const resultShape: z.ZodType<ScanResult> = z.strictObject({
  schema: z.literal('https://cupel.dev/schema/scan/v1'),
  scan: z.strictObject({
    success: z.boolean(), started: moment, finished: moment, seconds: z.number(), oscap: z.string().nullable(), agent: z.string(),
    failure: z.strictObject({ code: z.string(), message: z.string(), remedy: z.string().exactOptional() }).nullable(),
  }),
  report: z.strictObject({ finished: moment, verdict: verdictSchema }).nullable(),
  drift: z.array(z.string()).nullable(),
  warnings: z.array(z.string()),
  build: z.strictObject({ image: z.string(), baseline: z.string(), content: z.string(), run: z.string() }).nullable(),
});
