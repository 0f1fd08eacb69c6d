/** `cupel bundle` and `cupel verify` on the evidence of a real scan, with its report and the SBOM of this machine, process start included. */
import { createHash, createPublicKey } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssay } from '../src/assay/index.ts';
import { digestOf } from '../src/baseline/canonical.ts';
import { type Baseline, renderLock } from '../src/baseline/index.ts';
import { bundleName, generatePrivateKey, writeEvidence } from '../src/evidence/index.ts';
import { judge } from '../src/gate/index.ts';
import { gatherPackages, renderSbom } from '../src/sbom/index.ts';
import { LocalTarget } from '../src/target/index.ts';
import { CUPEL } from '../test/e2e/factory/index.ts';
import type { Measurement } from './measurement.ts';
import { repeat } from './repeat.ts';

const fixture = join(import.meta.dirname, '../test/fixtures/arf/debian12-cis-l1.arf.xml.gz');
const image = 'bench';

export async function benchBundle(): Promise<Measurement[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'cupel-bench-'));
  try {
    const { directory, run } = await evidenceOf(join(scratch, 'artifacts'));
    const [key, pub] = [join(scratch, 'factory.key'), join(scratch, 'factory.pub')];
    writeFileSync(key, generatePrivateKey('ed25519'), { mode: 0o600 });
    writeFileSync(pub, createPublicKey(readFileSync(key)).export({ type: 'spki', format: 'pem' }));
    const create = await repeat(['node', CUPEL, 'bundle', directory, '--signing-key', key], [0]);
    const bundle = join(scratch, 'image.cupel.tgz');
    copyFileSync(join(directory, bundleName(image, run)), bundle);
    const verify = await repeat(['node', CUPEL, 'verify', bundle, '--key', pub, '--run', run], [0]);
    const gate = await repeat(['node', CUPEL, 'gate', '--lock', join(directory, 'baseline.lock.yaml'), '--arf', join(directory, 'arf.xml.gz')], [0]);
    const node = await repeat(['node', '-e', '0'], [0]);
    return [
      { name: 'cupel bundle, wall, median', value: create.seconds, unit: 's', budget: '<= 1' },
      { name: 'cupel bundle, peak RSS', value: create.megabytes, unit: 'MB', budget: '<= 150' },
      { name: 'cupel verify, wall, median', value: verify.seconds, unit: 's', budget: '<= 1' },
      { name: 'cupel verify, peak RSS', value: verify.megabytes, unit: 'MB' },
      { name: 'the bundle', value: statSync(bundle).size / 1024 / 1024, unit: 'MB', budget: '<= 3' },
      { name: 'cupel gate on the same ARF, wall, median', value: gate.seconds, unit: 's' },
      { name: 'node alone, wall, median', value: node.seconds, unit: 's' },
      { name: 'node alone, peak RSS', value: node.megabytes, unit: 'MB' },
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** An evidence directory as `cupel provision` leaves it, around the ARF of a real scan (20 MB when unpacked). */
async function evidenceOf(artifacts: string): Promise<{ directory: string; run: string }> {
  mkdirSync(artifacts);
  const assay = await readAssay(fixture);
  const run = assay.target.identifier.replace('urn:uuid:', '');
  const content = { product: 'debian12', version: assay.benchmark.version, sha256: 'c'.repeat(64) };
  const judged = new Date(assay.endTime);
  const unsigned: Baseline = {
    name: 'bench', description: undefined, content: { product: 'debian12', version: '>=0.1.82', sha256: undefined },
    profile: assay.profile ?? '', tailoredProfile: assay.profile ?? '', choices: {}, values: {}, select: [], deselect: [], ignore: [], expired: [],
    harden: { passes: 2, skip: [], guard: true },
    gate: { passRate: 0, minEvaluated: 1, notApplicableMax: undefined, maxFailures: {}, required: [], noRegression: true },
    sha256: '', sources: [],
  };
  const baseline = { ...unsigned, sha256: digestOf(unsigned) };
  const tailoring = '<Tailoring/>\n';
  const { directory } = await writeEvidence(artifacts, {
    image, run, verdict: judge(assay, baseline, { run, target: image, content, asOf: judged, requireRun: true }),
    arf: { file: fixture }, remediation: { text: '#!/bin/sh\n' }, tailoring: { text: tailoring },
    baselineLock: { text: renderLock(baseline, { content, tailoring: createHash('sha256').update(tailoring).digest('hex') }) },
    sbom: { text: renderSbom(await gatherPackages(await LocalTarget.connect()), { image, run, timestamp: judged.toISOString(), producer: 'cupel bench' }) },
    environment: { oscap: assay.testSystem.split(':').at(-1) ?? '', judged: judged.toISOString() },
  });
  return { directory, run };
}
