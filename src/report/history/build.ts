import { join } from 'node:path';
import type * as z from 'zod';
import { EvidenceError } from '../../errors.ts';
import type { Build, BuildChanges } from './model.ts';
import type { BuildParts } from './parts.ts';
import { beforePart, environmentPart, verdictPart } from './schema.ts';

/**
 * @param report where its report is, if it has one
 * @throws EvidenceError `json-invalid`, `json-schema`
 */
export function buildOf(path: string, parts: BuildParts, report = join(path, 'report.html')): Build {
  const verdict = parsed(verdictPart, parts.verdict, join(path, 'verdict.json'));
  const environment = parts.environment === undefined ? undefined : parsed(environmentPart, parts.environment, join(path, 'environment.json'));
  const before = parts.before === undefined ? undefined : parsed(beforePart, parts.before, join(path, 'before.json'));
  const passed = verdict.counts.pass + verdict.counts.fixed;
  return {
    image: verdict.target, run: verdict.run, outcome: verdict.verdict,
    when: environment?.judged ?? parts.written.toISOString(),
    reasons: verdict.reasons.map(({ message }) => message),
    passRate: verdict.pass_rate, evaluated: verdict.evaluated, passed, failed: verdict.evaluated - passed, notApplicable: verdict.counts.notapplicable,
    beforeRate: before?.pass_rate, seconds: environment?.seconds?.total,
    baseline: verdict.baseline, content: verdict.content,
    failing: new Map(verdict.failing.map(({ rule, title }) => [rule, title])),
    ignored: new Map(verdict.ignored.filter(({ result }) => result !== 'notselected').map(({ rule, expires }) => [rule, expires])),
    path, report: parts.report ? report : undefined,
  };
}

function parsed<T>(schema: z.ZodType<T>, text: string, name: string): T {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new EvidenceError('json-invalid', `${name}: not JSON`, { cause, subject: name });
  }
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new EvidenceError('json-schema', `${name}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not of its schema'}`, { subject: name });
}

/** From one build of a line to the next. Titles are those of either. */
export function changesBetween(before: Build, after: Build): BuildChanges {
  const failedBefore = [...before.failing.keys()];
  const missing = (rules: Iterable<string>, from: { has: (rule: string) => boolean }): string[] => [...rules].filter((rule) => !from.has(rule));
  const yardstick: string[] = [];
  if (before.content.sha256 !== after.content.sha256) yardstick.push(before.content.version === after.content.version ? `another content ${after.content.version}` : `content ${before.content.version} → ${after.content.version}`);
  if (before.baseline.sha256 !== after.baseline.sha256) yardstick.push(before.baseline.name === after.baseline.name ? 'baseline edited' : `baseline ${before.baseline.name} → ${after.baseline.name}`);
  return {
    newlyFailing: missing(after.failing.keys(), before.failing),
    noLongerFailing: missing(failedBefore, after.failing).filter((rule) => !after.ignored.has(rule)),
    newlyIgnored: missing(after.ignored.keys(), before.ignored),
    noLongerIgnored: missing(before.ignored.keys(), after.ignored),
    yardstick,
  };
}
