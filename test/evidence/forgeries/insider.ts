import { gunzipSync, gzipSync } from 'node:zlib';
import { renderLock } from '../../../src/baseline/index.ts';
import type { Baseline } from '../../../src/baseline/model.ts';
import { createHash } from 'node:crypto';
import { type Contents, packBundle } from '../../../src/evidence/index.ts';
import { hallmarked } from '../../../src/evidence/seal.ts';
import { appraise } from '../../../src/evidence/statement/index.ts';
import { ignore } from '../../gate/samples.ts';
import { arfOf, baselineOf, type Build, contentDigest, evidenceOf, image, otherRun, results, sbomOf, signedEvidence, signer, slimDigest } from '../sample.ts';
import { changed, claims, edit, editVerdict, type Forgery, type Loose, put, resign } from './forging.ts';

/** Somebody with the trusted key changes the evidence and signs what came out. */
const signed = (change: (contents: Contents) => Contents | Promise<Contents>, say?: (statement: Loose) => void): Forgery['make'] =>
  () => changed(async (contents) => resign(await change(contents), say));
const arf = (change: (xml: string) => string): Forgery['make'] => signed((contents) => new Map(contents).set('arf.xml.gz', gzipSync(change(gunzipSync(contents.get('arf.xml.gz')!).toString()))));
const editedText = (name: string, change: (text: string) => string): Forgery['make'] => signed((contents) => edit(contents, name, change));

/** The lock of another baseline, everything else as it was. */
function relocked(contents: Contents, baseline: Baseline): Map<string, Buffer> {
  const tailoring = createHash('sha256').update(contents.get('tailoring.xml')!).digest('hex');
  return new Map(contents).set('baseline.lock.yaml', Buffer.from(renderLock(baseline, { content: { version: '1.0', sha256: contentDigest, slim_sha256: slimDigest }, tailoring })));
}

/** The lock of another baseline, with its digest in verdict and statement, too. */
const rewritten = (baseline: Baseline): Forgery['make'] => signed(
  (contents) => editVerdict(relocked(contents, baseline), (verdict) => { verdict.baseline.sha256 = baseline.sha256; }),
  (statement) => { put(statement, baseline.sha256, 'predicate', claims, 'baseline', 'sha256'); },
);

/** True evidence, signed together with an SBOM. */
const withSbom = (sbom: Buffer): Forgery['make'] => async () => {
  const evidence = evidenceOf();
  return packBundle(await hallmarked(new Map(evidence).set('sbom.cdx.json', sbom), await appraise(evidence), signer, 'cupel test'));
};

/** A build whose own files are taken in part from another. */
const mixed = (build: Build, names: readonly string[], say?: (statement: Loose) => void): Forgery['make'] => signed((contents) => {
  const other = evidenceOf(build);
  return new Map([...contents, ...names.map((name): [string, Buffer] => [name, other.get(name)!])]);
}, say);

const failing = { ...results, alpha: 'fail', bravo: 'fail', delta: 'fail' } as const;

/** The evidence itself is not true, and the trusted key signed it. */
export const insiderForgeries: readonly Forgery[] = [
  { name: 'a failed rule that passes in the ARF', code: 'gate-mismatch', make: arf((xml) => xml.replace('<result>fail</result>', '<result>pass</result>').replace('<result>fail</result>', '<result>pass</result>')) },
  { name: 'a passed rule that fails in the ARF', code: 'gate-mismatch', make: arf((xml) => xml.replace('<result>pass</result>', '<result>fail</result>')) },
  { name: 'a rule taken out of the ARF', code: 'gate-mismatch', make: mixed({ arf: arfOf({ alpha: 'pass', bravo: 'pass', charlie: 'fail', delta: 'pass', foxtrot: 'pass' }) }, ['arf.xml.gz']) },
  { name: 'a verdict of accepted over an ARF that the gate refuses', code: 'gate-mismatch', make: mixed({ arf: arfOf(failing) }, ['arf.xml.gz']) },
  { name: 'a better pass rate in the verdict', code: 'gate-mismatch', make: signed((contents) => editVerdict(contents, (verdict) => { verdict.pass_rate = 1; })) },
  { name: 'fewer failures in the verdict', code: 'gate-mismatch', make: signed((contents) => editVerdict(contents, (verdict) => { verdict.failing = []; })) },
  { name: 'other counts in the verdict', code: 'gate-mismatch', make: signed((contents) => editVerdict(contents, (verdict) => { verdict.counts.fail = 0; })) },
  { name: 'other counts per severity', code: 'gate-mismatch', make: signed((contents) => editVerdict(contents, (verdict) => { verdict.by_severity.high.pass = 9; })) },
  { name: 'another score', code: 'gate-mismatch', make: signed((contents) => editVerdict(contents, (verdict) => { verdict.scores['urn:xccdf:scoring:default'] = 100; })) },
  { name: 'no word of an ignored rule in the verdict', code: 'gate-mismatch', make: signed((contents) => editVerdict(contents, (verdict) => { verdict.ignored = []; })) },
  { name: 'an accepted verdict with reasons', code: 'gate-mismatch', make: signed((contents) => editVerdict(contents, (verdict) => { verdict.reasons = [{ code: 'x', message: 'x' }]; })) },
  { name: 'the ARF of another run', code: 'assay-mismatch', make: mixed({ run: otherRun }, ['arf.xml.gz']) },
  { name: 'the verdict of another run', code: 'assay-mismatch', make: mixed({ run: otherRun }, ['verdict.json']) },
  { name: 'ARF and verdict of another run', code: 'statement-run', make: mixed({ run: otherRun }, ['arf.xml.gz', 'verdict.json']) },
  { name: 'the verdict of another image', code: 'statement-image', make: mixed({ image: 'other' }, ['verdict.json']) },
  { name: 'an ARF of another profile', code: 'assay-mismatch', make: arf((xml) => xml.replace('idref="p"', 'idref="q"')) },
  { name: 'an ARF of other content', code: 'assay-mismatch', make: arf((xml) => xml.replace('<x:version>1.0', '<x:version>2.0').replace('version="1.0" test-system', 'version="2.0" test-system')) },
  { name: 'the SBOM of another run', code: 'sbom-mismatch', make: withSbom(sbomOf({ run: otherRun })) },
  { name: 'the SBOM of another image', code: 'sbom-mismatch', make: withSbom(sbomOf({ image: 'debian13' })) },
  { name: 'an SBOM with two names', code: 'json-ambiguous', make: withSbom(Buffer.from(sbomOf().toString().replace('"name": "bash"', '"name": "bash",\n      "name": "sh"'))) },
  { name: 'another slim content in the environment', code: 'content-mismatch', make: mixed({ environment: { content: { sha256: contentDigest, slim_sha256: '6'.repeat(64) } } }, ['environment.json']) },
  { name: 'no slim content in the environment', code: 'content-mismatch', make: mixed({ environment: { content: { sha256: contentDigest } } }, ['environment.json']) },
  { name: 'other whole content in the environment', code: 'content-mismatch', make: mixed({ environment: { content: { sha256: '6'.repeat(64), slim_sha256: slimDigest } } }, ['environment.json']) },
  { name: 'another slim content in the statement', code: 'statement-mismatch', make: signed((contents) => contents, (statement) => { put(statement, '6'.repeat(64), 'predicate', claims, 'content', 'slim_sha256'); }) },
  { name: 'another slim content in the lock', code: 'content-mismatch', make: signed((contents) => edit(contents, 'baseline.lock.yaml', (text) => text.replace(slimDigest, 'a'.repeat(64)))) },
  { name: 'an ARF of another scanner', code: 'scanner-mismatch', make: arf((xml) => xml.replace('openscap:1.3.7', 'openscap:1.2.17')) },
  { name: 'an ARF with two results of a scan', code: 'arf-two-results', make: arf((xml) => xml.replace(/<arf:report id[\s\S]*<\/arf:report>/, (report) => report + report.replace('id="r"', 'id="r2"'))) },
  { name: 'an ARF with two results of a rule', code: 'arf-duplicate-rule', make: arf((xml) => xml.replace(/<rule-result [\s\S]*?<\/rule-result>/, (result) => result + result)) },
  { name: 'an ARF with a document type', code: 'xml-doctype', make: arf((xml) => xml.replace('<arf:asset-report-collection', '<!DOCTYPE x [<!ENTITY e "x">]><arf:asset-report-collection')) },
  { name: 'a truncated ARF', code: 'gzip-truncated', make: signed((contents) => new Map(contents).set('arf.xml.gz', contents.get('arf.xml.gz')!.subarray(0, -30))) },
  { name: 'an ARF that ends too early', code: 'xml-truncated', make: arf((xml) => xml.slice(0, -40)) },
  { name: 'an ARF with something behind it', code: 'gzip-corrupt', make: signed((contents) => new Map(contents).set('arf.xml.gz', Buffer.concat([contents.get('arf.xml.gz')!, Buffer.from('evil')]))) },
  { name: 'an ARF that is a bomb', code: 'evidence-too-large', make: signed((contents) => new Map(contents).set('arf.xml.gz', bomb(gunzipSync(contents.get('arf.xml.gz')!).toString()))) },
  { name: 'an assay of tomorrow', code: 'assay-in-future', make: async () => packBundle(await signedEvidence({ arf: arfOf().replace('end-time="2026-11-23T15:43:48', 'end-time="2026-11-24T12:43:48') })) },
  { name: 'a weakened baseline under its old digest', code: 'lock-digest', make: editedText('baseline.lock.yaml', (text) => text.replace('passRate: 0.6', 'passRate: 0.1')) },
  { name: 'a weakened baseline with its own digest', code: 'baseline-mismatch', make: signed((contents) => relocked(contents, baselineOf({}, { passRate: 0.1 }))) },
  { name: 'a weakened baseline that only the statement does not name', code: 'statement-mismatch', make: signed((contents) => {
    const weak = baselineOf({}, { passRate: 0.1 });
    return editVerdict(relocked(contents, weak), (verdict) => { verdict.baseline.sha256 = weak.sha256; });
  }) },
  { name: 'an ignore list extended after the fact', code: 'gate-mismatch', make: rewritten(baselineOf({ ignore: [ignore('charlie'), ignore('echo')] })) },
  { name: 'an ignore entry approved after the build', code: 'ignore-approved-later', make: rewritten(baselineOf({ ignore: [ignore('charlie', { approved: '2026-12-24' })] })) },
  { name: 'an ignore entry that had expired before the build', code: 'gate-mismatch', make: rewritten(baselineOf({ ignore: [ignore('charlie', { expires: '2026-11-22' })] })) },
  { name: 'a baseline that pins other content', code: 'content-mismatch', make: rewritten(baselineOf({ content: { product: 'debian12', version: '>=1.0', sha256: 'd'.repeat(64) } })) },
  { name: 'a verdict by other content', code: 'content-mismatch', make: signed((contents) => editVerdict(contents, (verdict) => { verdict.content.version = '0.1.83'; })) },
  { name: 'a lock with an alias', code: 'lock-invalid', make: editedText('baseline.lock.yaml', (text) => text.replace('choices: {}', 'choices: &x {}').replace('values: {}', 'values: *x')) },
  { name: 'a lock with a key that is there twice', code: 'lock-invalid', make: editedText('baseline.lock.yaml', (text) => `${text}name: other\n`) },
  { name: 'a lock with a key that no lock has', code: 'lock-invalid', make: editedText('baseline.lock.yaml', (text) => `${text}approved: yes\n`) },
  { name: 'another tailoring', code: 'tailoring-mismatch', make: editedText('tailoring.xml', () => '<Other/>') },
  { name: 'a calendar of another week', code: 'judged-elsewhen', make: editedText('environment.json', (text) => text.replace('"judged": "2026-11-23', '"judged": "2026-11-16')) },
  { name: 'a rolled-back fix hidden in the environment', code: 'hardening-mismatch', make: mixed({ reverted: ['golf'] }, ['harden.jsonl', 'verdict.json']) },
  { name: 'a rolled-back fix hidden everywhere but in the verdict', code: 'gate-mismatch', make: mixed({ reverted: ['alpha'] }, ['verdict.json']) },
  { name: 'a record of hardening that is none', code: 'json-invalid', make: editedText('harden.jsonl', (text) => `${text}{"rules":\n`) },
  { name: 'a verdict with a key that is there twice', code: 'json-ambiguous', make: editedText('verdict.json', (text) => text.replace('"verdict": "accepted"', '"verdict": "refused",\n  "verdict": "accepted"')) },
  { name: 'a verdict with a key that no verdict has', code: 'json-schema', make: signed((contents) => editVerdict(contents, (verdict) => { put(verdict as unknown as Loose, 'x', 'comment'); })) },
  { name: 'a verdict of another schema', code: 'json-schema', make: editedText('verdict.json', (text) => text.replace('verdict/v1', 'verdict/v0')) },
  { name: 'a verdict that is no UTF-8', code: 'json-invalid', make: signed((contents) => new Map(contents).set('verdict.json', Buffer.from([0x7b, 0xff, 0x7d]))) },
  { name: 'a rule of the verdict in look-alike letters', code: 'gate-mismatch', make: signed((contents) => editVerdict(contents, (verdict) => { verdict.failing[0]!.rule = '\u0435cho'; })) },
  { name: `an environment that names no scanner for ${image}`, code: 'json-schema', make: editedText('environment.json', (text) => text.replace('"oscap"', '"scanner"')) },
];

/** Elements that say nothing, more of them than any ARF is long. */
function bomb(xml: string): Buffer {
  const at = xml.indexOf('<arf:reports>');
  const member = (part: string | Buffer): Buffer => gzipSync(part, { level: 1 });
  const space = member(Buffer.alloc(4 * 1024 * 1024, '<arf:x/>'.padEnd(1024, ' ')));
  return Buffer.concat([member(xml.slice(0, at)), ...Array.from({ length: 66 }, () => space), member(xml.slice(at))]);
}
