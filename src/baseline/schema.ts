import validRange from 'semver/ranges/valid.js';
import * as z from 'zod';
import { shortId } from '../content/index.ts';

/** What a baseline file may hold. Also exported as JSON Schema (baselines/schema.json), so descriptions are for its reader. */

const ruleId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be a rule id, for example sshd_set_max_sessions')
  .describe('Rule id without its xccdf_org.ssgproject.content_rule_ prefix')
  // Both ways of writing one id are one from here on: entries are merged, and told to be there twice, by it.
  .transform(shortId);
// Tailoring and reports are XML 1.0, which cannot hold these in any spelling.
const printable = z.string().refine((written) => !/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(written), 'holds a control character that XML forbids');
const text = printable.trim().min(1, 'must not be empty');
const isoDate = z.iso.date('must be a date, YYYY-MM-DD');

const ignoreRule = z.strictObject({
  rule: ruleId,
  reason: text.describe('Why this rule is accepted as it is, in words a security engineer accepts'),
  owner: text.describe('Who answers for it'),
  approved: isoDate.optional().describe('When it was accepted'),
  expires: isoDate.describe('Last day it holds, UTC; afterwards the rule counts again'),
  ticket: text.optional().describe('Where the decision can be read'),
});

const ignoreFile = z.union([
  text.describe('Path of an ignore list whose lines name owner and expires themselves'),
  z.strictObject({
    path: text.describe('Path of the ignore list, from this file'),
    owner: text.optional().describe('Owner of the entries that name none'),
    expires: isoDate.optional().describe('Expiry of the entries that name none'),
    approved: isoDate.optional(),
    ticket: text.optional(),
  }),
]);

const count = z.int().min(0, 'must be 0 or more');

const gate = z.strictObject({
  pass_rate: z.number().min(0).max(1).optional()
    .describe('passed / (passed + fail + error + unknown + notchecked), 0 to 1, compared unrounded'),
  min_evaluated: count.optional().describe('Coverage floor: rules with a result that counts'),
  not_applicable: z.strictObject({ max: count }).optional(),
  max_failures: z.strictObject({ high: count.optional(), medium: count.optional(), low: count.optional(), unknown: count.optional() }).optional()
    .describe('Most failures per severity'),
  required: z.array(ruleId).optional().describe('Rules that must have passed'),
  no_regression: z.boolean().optional().describe('Refuse when a rule that passed in the previous evidence fails now'),
});

const harden = z.strictObject({
  passes: z.int().min(1).max(10).optional().describe('Most passes of fixes'),
  skip: z.array(ruleId).optional().describe('Rules never remediated; they still count'),
  guard: z.boolean().optional().describe('Probe the login after each fix that could lock the builder out'),
});

const value = z.union([printable, z.number(), z.boolean(), z.strictObject({ selector: text.describe('Name of one of the options of the content') })]);

export const baselineSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'must be lower-case letters, digits, dots and dashes').describe('Unique name; part of the tailored profile\'s id'),
  description: text.optional(),
  extends: z.array(text).optional().describe('Fragments or baselines merged before this file, in order: a name of a shipped one, or a path from this file'),
  content: z.strictObject({
    product: z.string().regex(/^[a-z0-9]+$/, 'must be a product of the content, for example debian12').optional(),
    version: z.string().refine((range) => validRange(range) !== null, 'must be a version range, for example ">=0.1.82"').optional(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits').optional().describe('Pins the exact data stream'),
  }).optional().describe('The SCAP content'),
  profile: text.optional().describe('Short or full XCCDF profile id'),
  choices: z.record(z.string(), text).optional().describe('Which of CIS\'s alternatives: firewall, time, logging, mta'),
  values: z.record(z.string(), value).optional().describe('XCCDF values by short id: the value itself, or { selector: name }'),
  select: z.array(ruleId).optional().describe('Rules added to the profile'),
  deselect: z.array(z.strictObject({ rule: ruleId, reason: text })).optional().describe('Rules taken out of the profile: not even evaluated, so say why'),
  ignore: z.array(ignoreRule).optional().describe('Rules evaluated and shown, but neither counted nor remediated'),
  ignore_files: z.array(ignoreFile).optional(),
  harden: harden.optional(),
  gate: gate.optional(),
});

export type BaselineFile = z.infer<typeof baselineSchema>;
export type BaselineKey = keyof BaselineFile;

/** The JSON Schema that editors use; `baselines/schema.json` holds this text. */
export function baselineJsonSchema(): string {
  const schema = z.toJSONSchema(baselineSchema, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ title: 'Cupel baseline', ...schema }, null, 2)}\n`;
}
