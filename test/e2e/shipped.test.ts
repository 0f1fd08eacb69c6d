import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { execa } from 'execa';
import { realContent } from '../content/real.ts';
import { builds, CUPEL, machineForAll, scapContent } from './factory/index.ts';

interface VerdictFile {
  verdict: string;
  pass_rate: number;
  evaluated: number;
  counts: Record<string, number>;
  ignored: { rule: string; reason: string; owner: string; expires: string }[];
}

/** The twin of `make image` at native speed: the shipped baseline, whole, on a machine as it comes. */
describe('the shipped Debian 12 level 1 baseline', () => {
  // Without OpenSCAP: installing it belongs to the way.
  const machine = machineForAll({});
  const build = builds();

  it('is met by a fresh machine that was hardened, and stays met', async function () {
    this.timeout(20 * 60_000);
    const content = await scapContent();
    const accepted = await build.packer(machine(), { baseline: 'debian12-cis-l1-server', content });
    expect(await accepted.ended, accepted.output).to.equal(0);

    const [name = ''] = accepted.evidence();
    const file = accepted.evidenceFile(name, 'verdict.json');
    expectWhole(file);

    // The builder's login goes at shutdown, so the sealed machine can still be asked.
    const arguments_ = ['check', '--baseline', 'debian12-cis-l1-server', '--content', content, '--expect', file,
      '--host', machine().host, '--port', String(machine().port), '--user', machine().user, '--key', '-'];
    const checked = await execa('node', [CUPEL, ...arguments_], { reject: false, input: readFileSync(machine().keyFile) });
    expect(checked.exitCode, `${checked.stdout}\n${checked.stderr}`).to.equal(0);
    expect(checked.stderr).to.contain('agrees with');

    await machine().exec('sed -i "s/^MaxSessions.*/MaxSessions 100/I" /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf; grep -riq "^MaxSessions 100" /etc/ssh || echo "MaxSessions 100" >>/etc/ssh/sshd_config');
    const drifted = await execa('node', [CUPEL, ...arguments_], { reject: false, input: readFileSync(machine().keyFile) });
    expect(drifted.exitCode, `${drifted.stdout}\n${drifted.stderr}`).to.equal(2);
    expect(drifted.stderr).to.contain('sshd_set_max_sessions fails here');
  });
});

describe('the shipped Debian 13 level 1 baseline', () => {
  const machine = machineForAll({ suite: 'trixie' });
  const build = builds();

  it('is met by a fresh machine that was hardened', async function () {
    this.timeout(20 * 60_000);
    const { path: content } = await realContent('debian13');
    const accepted = await build.provision(machine(), { baseline: 'debian13-cis-l1-server', content });
    expect(await accepted.ended, accepted.output).to.equal(0);
    const [name = ''] = accepted.evidence();
    expectWhole(accepted.evidenceFile(name, 'verdict.json'));
    // ufw came up at the reboot, and lets ssh in.
    const { stdout } = await machine().exec('ufw status');
    expect(stdout).to.match(/^Status: active/).and.to.match(/22\/tcp +ALLOW/);
  });
});

/** An accepted verdict of a whole scan, in which nothing remained untold and everything ignored has its reason. */
function expectWhole(file: string): void {
  const verdict = JSON.parse(readFileSync(file, 'utf8')) as VerdictFile;
  expect(verdict.verdict).to.equal('accepted');
  expect(verdict.pass_rate).to.be.at.least(0.98);
  expect(verdict.evaluated).to.be.at.least(320);
  expect(verdict.counts).to.include({ error: 0, unknown: 0, notchecked: 0 });
  expect(verdict.ignored.length).to.be.at.most(12);
  for (const { reason, owner, expires } of verdict.ignored) {
    expect(reason).to.not.equal('');
    expect(owner).to.not.equal('');
    expect(expires).to.match(/^\d{4}-\d\d-\d\d$/);
  }
}
