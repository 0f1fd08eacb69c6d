import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { digestOf } from '../../../src/baseline/canonical.ts';
import { renderLock, type Baseline, type GatePolicy } from '../../../src/baseline/index.ts';
import { packBundle } from '../../../src/evidence/index.ts';
import type { Verdict } from '../../../src/gate/index.ts';
import { baseline, ignore, profile } from '../../gate/samples.ts';
import { expectGolden } from '../../golden.ts';
import { cupel } from '../cupel.ts';

const arf = fileURLToPath(new URL('../../fixtures/arf/debian12-cis-l1.arf.xml.gz', import.meta.url));

describe('cupel gate, on the ARF of a real scan', () => {
  let directory: string;
  let accepting: string;
  let refusing: string;

  function lock(name: string, gate: Partial<GatePolicy>, more: Partial<Baseline> = {}): string {
    const held = baseline(gate, { tailoredProfile: profile, ...more });
    const file = join(directory, `${name}.lock.yaml`);
    writeFileSync(file, renderLock({ ...held, sha256: digestOf(held) }, { content: { version: '0.1.82', sha256: 'c'.repeat(64) }, tailoring: 'd'.repeat(64) }));
    return file;
  }
  const gate = (...args: string[]): ReturnType<typeof cupel> => cupel('gate', '--as-of', '2026-11-23', ...args);

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'cupel-gate-'));
    accepting = lock('accepting', { passRate: 0.7, minEvaluated: 300, notApplicableMax: 90 }, { ignore: [ignore('no_empty_passwords_unix')] });
    refusing = lock('refusing', { passRate: 0.98, minEvaluated: 350, maxFailures: { high: 0 }, required: ['no_empty_passwords_unix'] });
  });
  after(() => { rmSync(directory, { recursive: true, force: true }); });

  it('accepts with exit 0 and a summary', () => {
    const { status, stdout, stderr } = gate('--lock', accepting, '--arf', arf);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    expectGolden(stdout, new URL('golden/accepted.0.txt', import.meta.url));
  });

  it('refuses with exit 2 and prints exactly the verdict with --json, the same each time', () => {
    const first = gate('--lock', refusing, '--arf', arf, '--json');
    expect({ status: first.status, stderr: first.stderr }).to.deep.equal({ status: 2, stderr: '' });
    expectGolden(first.stdout, new URL('golden/refused.2.json', import.meta.url));
    expect((JSON.parse(first.stdout) as Verdict).reasons.map(({ code }) => code)).to.deep.equal(['pass-rate', 'min-evaluated', 'max-failures', 'required']);
    expect(gate('--lock', refusing, '--arf', arf, '--json').stdout).to.equal(first.stdout);
  });

  it('counts what an independent count of the document counts', () => {
    const xml = gunzipSync(readFileSync(arf)).toString('latin1');
    const results = [...xml.matchAll(/<rule-result\b[\s\S]*?<result>(\w+)<\/result>/g)].map(([, word]) => word ?? '');
    const { counts, evaluated } = JSON.parse(gate('--lock', refusing, '--arf', arf, '--json').stdout) as Verdict;
    for (const [word, count] of Object.entries(counts)) expect(results.filter((result) => result === word).length, word).to.equal(count);
    expect(evaluated).to.equal(results.filter((word) => ['pass', 'fixed', 'fail', 'error', 'unknown', 'notchecked'].includes(word)).length);
  });

  it('ends with 3 where nothing can be told', () => {
    const other = lock('other', {}, { tailoredProfile: 'xccdf_dev.cupel_profile_other', values: { var_x: '1' } });
    const cut = join(directory, 'cut.xml');
    writeFileSync(cut, gunzipSync(readFileSync(arf)).subarray(0, 20_000_000));
    expect(gate('--lock', other, '--arf', arf)).to.include({ status: 3, stdout: '' }).and.to.have.property('stderr').that.contains('[assay-mismatch]');
    expect(gate('--lock', accepting, '--arf', cut)).to.include({ status: 3, stdout: '' });
    expect(gate('--lock', accepting, '--arf', join(directory, 'gone.xml'))).to.include({ status: 3, stdout: '' });
    expect(gate('--lock', accepting, '--arf', arf, '--run', 'another')).to.include({ status: 3, stdout: '' });
  });

  it('says of a bundle or an evidence directory that it is one, and where its ARF is', async () => {
    const bundle = join(directory, 'evidence.cupel.tgz');
    writeFileSync(bundle, await packBundle(new Map([['verdict.json', Buffer.from('{}\n')], ['arf.xml.gz', readFileSync(arf)]])));
    expect(gate('--lock', accepting, '--arf', bundle)).to.deep.equal({
      status: 64, stdout: '', stderr: `cupel: --arf ${bundle}: is a bundle (a compressed tar archive), not an ARF [arf-bundle]\n  remedy: cupel verify runs its gate again; for another one take the ARF out of it: tar -xzf ${bundle} arf.xml.gz\n`,
    });
    expect(gate('--lock', accepting, '--arf', directory)).to.include({ status: 64, stdout: '' }).and.to.have.property('stderr').that.contains('[arf-directory]').and.contains('give the arf.xml.gz in it');
  });

  it('does not trust a lock that was changed', () => {
    const forged = join(directory, 'forged.lock.yaml');
    writeFileSync(forged, readFileSync(refusing, 'utf8').replace('passRate: 0.98', 'passRate: 0.5'));
    expect(gate('--lock', forged, '--arf', arf)).to.include({ status: 3, stdout: '' }).and.to.have.property('stderr').that.contains('[lock-digest]');
  });

  it('ends with 78 for a baseline that cannot be read and 64 for a wrong command line', () => {
    expect(gate('--lock', join(directory, 'gone.yaml'), '--arf', arf)).to.include({ status: 78, stdout: '' });
    expect(gate('--baseline', join(directory, 'gone.yml'), '--arf', arf)).to.include({ status: 78, stdout: '' });
    expect(gate('--arf', arf)).to.include({ status: 64, stdout: '' });
    expect(gate('--lock', accepting, '--baseline', 'x', '--arf', arf)).to.include({ status: 64, stdout: '' });
    expect(cupel('gate', '--as-of', 'soon', '--lock', accepting, '--arf', arf)).to.include({ status: 64, stdout: '' });
  });

  it('accepts the same assay as its own predecessor', () => {
    expect(gate('--lock', accepting, '--arf', arf, '--previous', arf).status).to.equal(0);
  });
});
