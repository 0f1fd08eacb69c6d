import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { buildRecord } from '../../../src/cli/options/build-record.ts';
import { EvidenceError } from '../../../src/errors.ts';
import { compareReports } from '../../../src/report/index.ts';
import { arfOf, baselineOf, evidenceOf, results } from '../../evidence/sample.ts';
import { judgedReport, read } from '../../report/samples.ts';
import { ShellTarget } from '../../target/shell-target.ts';

describe('the record of its build in an image', () => {
  let scratch: string;
  let build: string;
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'cupel-record-'));
    build = join(scratch, 'build');
    mkdirSync(build);
    for (const [name, content] of evidenceOf()) writeFileSync(join(build, name), content);
  });
  afterEach(() => { rmSync(scratch, { recursive: true, force: true }); });

  const failure = async (): Promise<EvidenceError> => buildRecord(new ShellTarget(), scratch, build).then(() => expect.fail('nothing was refused'), (error: unknown) => error as EvidenceError);

  it('says what the image was, judged again by its own lock', async () => {
    const record = await buildRecord(new ShellTarget(), scratch, build);
    expect(record.source).to.deep.equal({ kind: 'machine', name: 'the image as built' });
    expect(record.verdict?.verdict).to.equal('accepted');
    expect(record.rules.filter(({ standing }) => standing === 'passed').map(({ rule }) => rule)).to.deep.equal(['alpha', 'bravo', 'delta', 'foxtrot']);
  });

  it('shows rule by rule what broke since', async () => {
    const now = judgedReport(read(arfOf({ ...results, bravo: 'fail', echo: 'pass' })), baselineOf());
    const { newlyFailing, newlyPassing } = compareReports(await buildRecord(new ShellTarget(), scratch, build), now);
    expect([newlyFailing, newlyPassing].map((changes) => changes.map(({ rule }) => rule))).to.deep.equal([['bravo'], ['echo']]);
  });

  it('must be there, and whole', async () => {
    writeFileSync(join(build, 'arf.xml.gz'), 'x');
    expect(await failure()).to.be.instanceOf(EvidenceError).with.property('exitCode', 3);
    rmSync(join(build, 'arf.xml.gz'));
    expect(await failure()).to.have.property('code', 'build-record-missing');
    for (const [name, content] of evidenceOf()) writeFileSync(join(build, name), content);
    writeFileSync(join(build, 'baseline.lock.yaml'), (evidenceOf().get('baseline.lock.yaml') ?? '').toString().replace('minEvaluated: 3', 'minEvaluated: 0'));
    expect(await failure()).to.have.property('code', 'lock-digest');
  });
});
