import * as z from 'zod';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** What is asked of `environment.json`; it may say more. */
export const environmentSchema = z.looseObject({
  oscap: z.string(),
  /** The whole content, and the slim one that was scanned with. */
  content: z.looseObject({ sha256: digest, slim_sha256: digest.exactOptional() }).exactOptional(),
  hardening: z.looseObject({ reverted: z.array(z.string()) }).exactOptional(),
  /** The moment by which ignore entries were held against the calendar, ISO 8601. */
  judged: z.iso.datetime().exactOptional(),
  /** What was put into the image beside content and record, such as the agent: path → SHA-256 (hex). */
  embedded: z.record(z.string().regex(/^\/[^\n]+$/), digest).exactOptional(),
  /** The assay that this one was held against. */
  previous: z.strictObject({ run: z.string(), arf: digest }).exactOptional(),
});
export type Environment = z.infer<typeof environmentSchema>;
