import * as z from 'zod';
import { resultWords, severities } from '../../assay/model.ts';
import type { ReportModel } from '../model.ts';

const text = z.string();
const count = z.int().min(0);
const result = z.enum(resultWords);
const severity = z.enum(severities);
const counts = z.object(Object.fromEntries(resultWords.map((word) => [word, count])) as Record<(typeof resultWords)[number], typeof count>);
const tally = z.object({
  counts, evaluated: count, pass_rate: z.number().min(0).max(1).describe('passed / (passed + fail + error + unknown + notchecked), unrounded'),
  by_severity: z.object({ high: counts, medium: counts, low: counts, unknown: counts }),
});
const prose = z.array(z.object({ kind: z.enum(['paragraph', 'item', 'code']), text }));
const field = z.object({ name: text, operation: text.describe('What OVAL compares with; empty for what was found'), value: text });
const change = z.object({ name: text, from: text.optional(), to: text.optional() });
const ruleChange = z.object({
  rule: text, title: text, severity, cis: z.array(text), from: result.optional(), to: result.optional(),
  ignore: z.object({ reason: text, owner: text, expires: text }).optional(),
});
const side = z.object({ name: text, run: text, ended: text, verdict: z.enum(['accepted', 'refused']).optional(), passRate: z.number(), evaluated: count, failing: count });

const finding = z.object({
  test: text.describe('OVAL test id'), comment: text, result: text, negated: z.boolean(),
  object: z.array(field).describe('What was looked for'), expected: z.array(field), existence: text, check: text,
  items: z.array(z.object({ kind: text, result: text, status: text, fields: z.array(field) })).describe('What was found'),
  moreItems: count, messages: z.array(text),
});

const rule = z.object({
  rule: text.describe('Short rule id'), id: text.describe('XCCDF rule id'), title: text, severity, result,
  standing: z.enum(['passed', 'failed', 'ignored', 'uncounted']).describe('What the result does to the verdict'),
  weight: z.number(), cis: z.array(text).describe('CIS section numbers'), cce: text.optional(), messages: z.array(text), reverted: z.boolean(),
  fix: z.object({ source: z.enum(['content', 'cupel']), script: text.optional() }).optional(),
  text: z.object({ description: prose, rationale: prose, warnings: prose, references: z.array(z.object({ href: text, label: text })) }).optional(),
  findings: z.array(finding).describe('Why it does not pass'), moreFindings: count,
});

export const comparisonSchema = z.object({
  before: side, after: side,
  subject: z.array(change).describe('What is not the same about the yardstick'),
  newlyFailing: z.array(ruleChange), newlyPassing: z.array(ruleChange), newlyIgnored: z.array(ruleChange), noLongerIgnored: z.array(ruleChange),
  otherwise: z.array(ruleChange), onlyBefore: z.array(ruleChange), onlyAfter: z.array(ruleChange),
  values: z.array(change), packages: z.array(z.object({ name: text, from: text.optional(), to: text.optional() })).optional(),
  regression: z.boolean(),
});

/** `cupel report --format json`. */
export const reportSchema = z.object({
  schema: z.literal('https://cupel.dev/schema/report/v1'),
  source: z.object({ kind: z.enum(['bundle', 'directory', 'arf', 'machine']), name: text }),
  notices: z.array(z.object({ code: text, message: text })),
  identity: z.object({
    target: text, run: text, host: text, baseline: z.object({ name: text, sha256: text }).optional(),
    content: z.object({ product: text, version: text, sha256: text }), benchmark: text, profile: text,
    standard: z.object({ title: text, version: text }).optional().describe('What the profile follows'), started: text, ended: text, scanner: text,
    scores: z.record(text, z.number()), os: text.optional(), kernel: text.optional(), architecture: text.optional(),
    previous: z.object({ run: text, arf: text }).optional(), values: z.record(text, text).describe('XCCDF values in force'),
  }),
  verdict: z.object({ verdict: z.enum(['accepted', 'refused']), reasons: z.array(z.object({ code: text, message: text, rule: text.optional() })) }).optional()
    .describe('Absent when no baseline was given'),
  tally, before: tally.optional(),
  rules: z.array(rule),
  ignored: z.array(z.object({
    rule: text, title: text, severity, result: result.optional(), wouldFail: z.boolean(), reason: text, owner: text, approved: text.optional(), expires: text,
    ticket: text.optional(), expired: z.boolean(),
  })),
  hardening: z.object({
    steps: z.array(z.object({
      pass: z.number(), index: z.number(), rules: z.array(text), kind: text, source: text, seconds: z.number(), exit: z.number(),
      outcome: z.enum(['ok', 'failed', 'reverted']), changed: z.array(text), output: text, detail: text.nullable(),
    })),
    reverted: z.array(text), oscillating: z.array(text), unfixable: z.array(text), passes: z.number(), seconds: z.record(text, z.number()),
  }).optional(),
  signature: z.discriminatedUnion('state', [
    z.object({ state: z.literal('verified'), keyid: text, algorithm: text, development: z.boolean() }),
    z.object({ state: z.literal('unchecked'), keyid: text, algorithm: text, development: z.boolean() }),
    z.object({ state: z.literal('unsigned') }),
  ]),
  files: z.array(z.object({ name: text, bytes: count, sha256: text })),
  packages: z.array(z.object({ name: text, version: text })).optional(),
  comparison: comparisonSchema.optional(),
});

type Report = z.input<typeof reportSchema>;

/** The whole model as JSON; `docs/schemas/report.json` says what is in it. */
export function renderJson(model: ReportModel): string {
  const { verdict, ...rest } = model;
  const report = { schema: 'https://cupel.dev/schema/report/v1', ...rest, verdict: verdict && { verdict: verdict.verdict, reasons: verdict.reasons } } satisfies Loose<Report>;
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** JSON has no undefined: a key that may be absent may be undefined before it is written. */
type Loose<T> = T extends readonly (infer E)[] ? readonly Loose<E>[] : T extends object ? { [K in keyof T]: Loose<T[K]> | (undefined extends T[K] ? undefined : never) } : T;

export function reportJsonSchema(): string {
  return `${JSON.stringify({ title: 'Cupel report', ...z.toJSONSchema(reportSchema, { target: 'draft-7' }) }, null, 2)}\n`;
}
