import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { renderLock } from '../../../src/baseline/index.ts';
import type { Io } from '../../../src/cli/io.ts';
import { run } from '../../../src/cli/run.ts';
import { packBundle, type Contents } from '../../../src/evidence/index.ts';
import type { Verdict } from '../../../src/gate/index.ts';
import { arfOf, baselineOf, contentDigest, results, signedEvidence } from '../../evidence/sample.ts';

describe('cupel gate --previous', () => {
  let directory: string;
  let earlier: Contents;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'cupel-previous-'));
    // Both passed then and fail now; that charlie is ignored was approved.
    earlier = await signedEvidence({ arf: arfOf({ ...results, charlie: 'pass', echo: 'pass' }) });
    mkdirSync(join(directory, 'evidence'));
    for (const [name, bytes] of earlier) writeFileSync(join(directory, 'evidence', name), bytes);
    write('bundle.tar.gz', await packBundle(earlier));
    write('earlier.xml.gz', earlier.get('arf.xml.gz')!);
    write('arf.xml', arfOf());
    for (const noRegression of [true, false]) {
      write(`${String(noRegression)}.lock.yaml`, renderLock(baselineOf({}, { noRegression }), { content: { version: '1.0', sha256: contentDigest }, tailoring: 'd'.repeat(64) }));
    }
  });
  after(() => { rmSync(directory, { recursive: true, force: true }); });

  const write = (name: string, content: string | Buffer): void => { writeFileSync(join(directory, name), content); };
  async function gate(lock: string, ...more: string[]): Promise<{ status: number; stdout: string }> {
    let stdout = '';
    const io: Io = { out: (text) => { stdout += text; }, note: () => undefined, readStdin: () => Promise.resolve(''), env: {}, isTty: false };
    const status = await run(['gate', '--as-of', '2026-11-23', '--json', '--lock', join(directory, `${lock}.lock.yaml`), '--arf', join(directory, 'arf.xml'), ...more], io);
    return { status, stdout };
  }

  it('is what makes the difference: without it the assay is accepted', async () => {
    expect((await gate('true')).status).to.equal(0);
  });

  for (const given of ['bundle.tar.gz', 'evidence', 'earlier.xml.gz']) {
    it(`refuses a rule that passed in the earlier ${given} and fails now, and no other`, async () => {
      const { status, stdout } = await gate('true', '--previous', join(directory, given));
      expect(status).to.equal(2);
      expect((JSON.parse(stdout) as Verdict).reasons).to.deep.equal([{ code: 'regression', message: 'rule echo passed before and is fail now', rule: 'echo' }]);
    });
  }

  it('compares also where the baseline does not ask for it: who names an earlier assay does', async () => {
    expect((await gate('false')).status).to.equal(0);
    expect((await gate('false', '--previous', join(directory, 'bundle.tar.gz'))).status).to.equal(2);
  });

  it('ends with 3 when the earlier evidence is not there, cut, or does not agree with itself', async () => {
    write('cut.tar.gz', (await packBundle(earlier)).subarray(0, -100));
    write('forged.tar.gz', await packBundle(new Map([...earlier, ['arf.xml.gz', gzipSync(arfOf())]])));
    for (const name of ['gone.tar.gz', 'cut.tar.gz', 'forged.tar.gz']) expect(await gate('true', '--previous', join(directory, name)), name).to.include({ status: 3, stdout: '' });
  });
});
