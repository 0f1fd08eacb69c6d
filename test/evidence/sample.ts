import { createHash, generateKeyPairSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { AssayReader, type Assay, type ResultWord } from '../../src/assay/index.ts';
import { digestOf } from '../../src/baseline/canonical.ts';
import { renderLock, type Baseline } from '../../src/baseline/index.ts';
import { signerOf, stableJson, type Contents, type Json, type Signer } from '../../src/evidence/index.ts';
import { appraise } from '../../src/evidence/statement/index.ts';
import { hallmarked } from '../../src/evidence/seal.ts';
import { judge, serializeVerdict, tally, type Verdict } from '../../src/gate/index.ts';
import { renderSbom } from '../../src/sbom/index.ts';
import { arf, benchmark, testResult } from '../assay/read/sample.ts';
import { baseline, ignore } from '../gate/samples.ts';

/** Small, whole, true evidence of one build; forgeries start from it. */
export const image = 'debian12-golden';
// As Packer makes them: the shape of a UUID, but no version of one.
export const run = '63dac3fe-33c8-b013-1df7-3fca6e84c052';
export const otherRun = '7f3b2a10-1111-4222-8333-444455556666';
export const now = new Date('2026-11-24T09:00:00Z');
export const judged = '2026-11-23T15:40:00.000Z';

export const signer: Signer = signerOf(generateKeyPairSync('ed25519').privateKey, 'test');
export const ecSigner: Signer = signerOf(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey, 'test');
export const stranger: Signer = signerOf(generateKeyPairSync('ed25519').privateKey, 'stranger');

export const results: Readonly<Record<string, ResultWord>> = {
  alpha: 'pass', bravo: 'pass', charlie: 'fail', delta: 'pass', echo: 'fail', foxtrot: 'pass', golf: 'notapplicable',
};

/** An ARF with these results. */
export function arfOf(given: Readonly<Record<string, ResultWord>> = results, of = run): string {
  const rules = Object.keys(given).map((rule) => `<x:Rule id="xccdf_org.ssgproject.content_rule_${rule}" severity="medium"><x:title>${rule}</x:title></x:Rule>`);
  const ruleResults = Object.entries(given).map(([rule, word]) => `<rule-result idref="xccdf_org.ssgproject.content_rule_${rule}" severity="medium" weight="1.0"><result>${word}</result></rule-result>`);
  return arf({ benchmark: benchmark(rules.join('')), result: testResult(ruleResults.join('\n')).replace('run-1', of) });
}

export function baselineOf(more: Partial<Baseline> = {}, gate: Partial<Baseline['gate']> = {}): Baseline {
  const made = baseline({ passRate: 0.6, minEvaluated: 3, ...gate }, { profile: 'p', tailoredProfile: 'p', ignore: [ignore('charlie')], ...more });
  return { ...made, sha256: digestOf(made) };
}

export function assayOf(xml: string): Assay {
  const reader = new AssayReader();
  reader.write(Buffer.from(xml));
  return reader.end();
}

export interface Build {
  image?: string;
  run?: string;
  arf?: string;
  baseline?: Baseline;
  environment?: Record<string, Json>;
  reverted?: string[];
  contentVersion?: string;
}

const tailoring = '<Tailoring/>\n';
export const contentDigest = 'c'.repeat(64);
export const slimContent = '<data-stream-collection/>\n';
export const slimDigest = createHash('sha256').update(slimContent).digest('hex');

/** The files of a build, as `cupel provision` leaves them, not yet signed. */
export function evidenceOf(build: Build = {}): Map<string, Buffer> {
  const xml = build.arf ?? arfOf(results, build.run);
  const policy = build.baseline ?? baselineOf();
  const reverted = build.reverted ?? [];
  const content = { product: 'debian12', version: '1.0', sha256: contentDigest };
  const verdict = judge(assayOf(xml), policy, { run: build.run ?? run, target: build.image ?? image, content, asOf: new Date(judged), requireRun: true, revertedRules: reverted });
  const lock = renderLock(policy, { content: { version: '1.0', sha256: contentDigest, slim_sha256: slimDigest }, tailoring: createHash('sha256').update(tailoring).digest('hex') });
  const steps = [{ rules: ['alpha'], outcome: 'ok' }, ...(reverted.length > 0 ? [{ rules: reverted, outcome: 'reverted' }] : [])];
  return new Map(Object.entries({
    'verdict.json': serializeVerdict(verdict),
    'baseline.lock.yaml': lock,
    'tailoring.xml': tailoring,
    'environment.json': stableJson({ oscap: '1.3.7', judged, hardening: { reverted }, content: { sha256: contentDigest, slim_sha256: slimDigest }, ...build.environment }),
    'before.json': `${JSON.stringify(tally([]), null, 2)}\n`,
    'remediation.sh': '#!/bin/sh\n',
    'harden.jsonl': steps.map((step) => `${JSON.stringify(step)}\n`).join(''),
    'arf.xml.gz': gzipSync(xml),
  }).map(([name, content]) => [name, Buffer.from(content)]));
}

/** The SBOM of a build with one package. */
export function sbomOf(build: Pick<Build, 'image' | 'run'> = {}): Buffer {
  return Buffer.from(renderSbom('@os\nID=debian\n@dpkg\ninstalled\tbash\t5.2\tamd64\tbash\t5.2\n@end\n', { image: build.image ?? image, run: build.run ?? run, timestamp: judged, producer: 'cupel test' }));
}

/** The same with its statement and hallmark. */
export async function signedEvidence(build: Build = {}, by: Signer = signer): Promise<Contents> {
  const evidence = evidenceOf(build);
  return await hallmarked(evidence, await appraise(evidence), by, 'cupel test');
}

export function verdictIn(contents: Contents): Verdict {
  return JSON.parse((contents.get('verdict.json') ?? Buffer.alloc(0)).toString()) as Verdict;
}
