import * as z from 'zod';
import { resultWords } from '../../assay/model.ts';
import { imageName } from '../folder.ts';
import { keyAlgorithms } from '../keys/index.ts';

export const statementType = 'https://in-toto.io/Statement/v1';
export const predicateType = 'https://in-toto.io/attestation/test-result/v0.1';
/** What the test-result predicate has no field for is under this name, as in-toto's rules on extensions want it. */
export const extension = 'https://cupel.dev/schema/hallmark/v1';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const digest = z.strictObject({ sha256 });

export const extensionSchema = z.strictObject({
  image: z.string().regex(imageName),
  /** Packer's run UUIDs have no version: whatever has the shape is one. */
  run: z.guid(),
  verdict: z.literal('accepted'),
  baseline: z.strictObject({ name: z.string(), sha256 }),
  /** The whole content, and the slim one that was made from it and scanned with. */
  content: z.strictObject({ product: z.string(), version: z.string(), sha256, slim_sha256: sha256.exactOptional() }),
  profile: z.string(),
  pass_rate: z.number(),
  evaluated: z.int(),
  ignored: z.array(z.strictObject({ rule: z.string(), result: z.enum(resultWords), reason: z.string(), owner: z.string(), expires: z.iso.date() })),
  oscap: z.string(),
  assayed: z.strictObject({ start: z.string(), end: z.string() }),
  judged: z.iso.datetime(),
  previous: z.strictObject({ run: z.string(), arf: sha256 }).nullable(),
  signer: z.strictObject({ keyid: sha256, algorithm: z.enum(keyAlgorithms), development: z.boolean() }),
  /** Name and version of the program that signed. */
  producer: z.string(),
});
export type Extension = z.infer<typeof extensionSchema>;

export const statementSchema = z.strictObject({
  _type: z.literal(statementType),
  predicateType: z.literal(predicateType),
  subject: z.array(z.strictObject({ name: z.string(), uri: z.string().exactOptional(), digest })).min(2),
  predicate: z.strictObject({
    result: z.literal('PASSED'),
    configuration: z.array(z.strictObject({ name: z.string(), digest })),
    passedTests: z.array(z.string()),
    warnedTests: z.array(z.string()),
    failedTests: z.array(z.string()),
    [extension]: extensionSchema,
  }),
});
export type Statement = z.infer<typeof statementSchema>;
