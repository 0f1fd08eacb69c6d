import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packBundle } from '../../../src/evidence/index.ts';
import { hallmarked } from '../../../src/evidence/seal.ts';
import { appraise } from '../../../src/evidence/statement/index.ts';
import { serializeVerdict, tally, type Verdict } from '../../../src/gate/index.ts';
import type { BuildParts } from '../../../src/report/history/parts.ts';
import { evidenceOf, signedEvidence, signer } from '../../evidence/sample.ts';

export interface Night {
  image?: string;
  run: string;
  /** ISO 8601; undefined: the evidence does not say. */
  judged?: string;
  failing?: string[];
  ignored?: string[];
  passed?: number;
  refused?: string[];
  content?: string;
  baseline?: string;
  seconds?: number;
  report?: boolean;
}

/** Files of one build that the history reads. */
export function filesOf({ image = 'web', run, judged, failing = [], ignored = [], passed = 98, refused = [], content = '0.1.82', baseline = 'b', seconds, report = false }: Night): Record<string, string> {
  const counted = tally([...Array.from({ length: passed }, (_, at) => ({ rule: `p${at}`, result: 'pass' as const, severity: 'medium' as const })), ...failing.map((rule) => ({ rule, result: 'fail' as const, severity: 'high' as const }))]);
  const verdict: Verdict = {
    schema: 'https://cupel.dev/schema/verdict/v1', verdict: refused.length > 0 ? 'refused' : 'accepted', reasons: refused.map((message) => ({ code: 'pass-rate', message })),
    baseline: { name: 'web-l1', sha256: baseline.repeat(64) }, content: { product: 'debian12', version: content, sha256: content.at(-1)!.repeat(64) }, profile: 'p', run, target: image,
    counts: counted.counts, evaluated: counted.evaluated, pass_rate: counted.pass_rate, scores: {}, by_severity: counted.by_severity,
    failing: failing.map((rule) => ({ rule, severity: 'high', cis: [], title: `Title of ${rule}`, result: 'fail' })),
    ignored: ignored.map((rule) => ({ rule, result: 'fail', reason: 'r', owner: 'o', expires: '2027-05-01' })),
  };
  return {
    'verdict.json': serializeVerdict(verdict),
    'environment.json': JSON.stringify({ oscap: '1.3.7', ...(judged === undefined ? {} : { judged }), ...(seconds === undefined ? {} : { seconds: { total: seconds } }) }),
    ...(report ? { 'report.html': '<!doctype html><title>r</title>' } : {}),
  };
}

/** The same without a disk. */
export function partsOf(night: Night): BuildParts {
  const files = filesOf(night);
  return { verdict: files['verdict.json'] ?? '', environment: files['environment.json'], before: undefined, report: false, written: new Date(0) };
}

/** Writes the evidence of one build below `root`. @returns its directory */
export function build(root: string, night: Night): string {
  const folder = join(root, `${night.image ?? 'web'}-${night.run}${(night.refused ?? []).length > 0 ? '.refused' : ''}`);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(filesOf(night))) writeFileSync(join(folder, name), text);
  const written = new Date('2026-01-01T00:00:00Z');
  utimesSync(join(folder, 'verdict.json'), written, written);
  return folder;
}

/** A real bundle, signed. */
export async function bundleFile(file: string, image: string, run: string): Promise<void> {
  writeFileSync(file, await packBundle(await signedEvidence({ image, run })));
}

/** The same with a report in it. */
export async function bundleWithReport(image: string, run: string): Promise<Buffer> {
  const evidence = evidenceOf({ image, run });
  const report = Buffer.from(`<!doctype html><title>${run}</title>`);
  return await packBundle(await hallmarked(new Map(evidence).set('report.html', report), await appraise(evidence), signer, 'cupel test'));
}
