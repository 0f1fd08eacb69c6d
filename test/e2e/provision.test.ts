import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { execa } from 'execa';
import { readLock, readLockDigests } from '../../src/baseline/index.ts';
import { digestFile, readContentIndex, slimContent } from '../../src/content/index.ts';
import { builds, CUPEL, machineForEach, quickBaseline, scapContent, scratch } from './factory/index.ts';

interface VerdictFile {
  verdict: string;
  run: string;
  pass_rate: number;
  evaluated: number;
  reasons: { code: string }[];
}

const readVerdict = (file: string): VerdictFile => JSON.parse(readFileSync(file, 'utf8')) as VerdictFile;

describe('packer build with cupel provision', () => {
  const machine = machineForEach();
  const build = builds();
  const directory = scratch();

  it('ends with an artifact, whole evidence and a sealed machine when the baseline is met', async () => {
    const baseline = quickBaseline(directory());
    const accepted = await build.packer(machine(), { baseline, content: await scapContent() });
    expect(await accepted.ended, accepted.output).to.equal(0);
    expect(accepted.artifacts()).to.have.length(1);

    const [name = ''] = accepted.evidence();
    expect(accepted.evidence()).to.deep.equal([name]);
    expect(name).to.match(/^lab-image-[0-9a-f-]{36}$/);
    const file = (part: string): string => accepted.evidenceFile(name, part);
    expect(readdirSync(file('.')).sort()).to.deep.equal([
      'SHA256SUMS', 'arf.xml.gz', 'baseline.lock.yaml', 'before.json', 'environment.json', 'hallmark.sigstore.json', 'harden.jsonl',
      `${name}.cupel.tgz`, 'log.jsonl', 'remediation.sh', 'report.html', 'sbom.cdx.json', 'statement.intoto.json', 'tailoring.xml', 'verdict.json',
    ]);
    const verdict = readVerdict(file('verdict.json'));
    expect(verdict.verdict).to.equal('accepted');
    expect(name).to.equal(`lab-image-${verdict.run}`);
    expect(gunzipSync(readFileSync(file('arf.xml.gz'))).toString('latin1')).to.contain(verdict.run);
    const steps = readFileSync(file('harden.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { rules: string[]; outcome: string });
    expect(steps.filter(({ rules }) => rules.includes('sshd_set_max_sessions')).map(({ outcome }) => outcome)).to.deep.equal(['ok']);

    const bundle = file(`${name}.cupel.tgz`);
    const verified = await execa('node', [CUPEL, 'verify', bundle, '--allow-development-key', '--run', verdict.run, '--image', 'lab-image'], { reject: false });
    expect(verified.exitCode, verified.stderr).to.equal(0);
    expect((await execa('node', [CUPEL, 'verify', bundle], { reject: false })).exitCode).to.equal(3);

    await machine().powerOff();
    const inside = (...parts: string[]): string => path.join(machine().root, ...parts);
    expect(readVerdict(inside('usr/share/cupel/build/verdict.json'))).to.deep.equal(verdict);
    expect(readFileSync(inside('usr/share/cupel/build/arf.xml.gz')).equals(readFileSync(file('arf.xml.gz')))).to.equal(true);
    const digest = (name: string): string => createHash('sha256').update(readFileSync(inside(name))).digest('hex');
    const lock = readFileSync(file('baseline.lock.yaml'), 'utf8');
    const { content: digests, tailoring } = readLockDigests(lock);
    expect(digest('usr/share/cupel/content/ssg-debian12-ds.xml')).to.equal(digests.slim_sha256);
    expect(digest('usr/share/cupel/content/tailoring.xml')).to.equal(tailoring);
    expect(digests.sha256).to.equal((await digestFile(await scapContent())).sha256);
    expect(readFileSync(inside('etc/cupel/baseline.lock.yaml'), 'utf8')).to.equal(lock);
    const [hardened, embedded] = ['harden', 'embed'].map((stage) => accepted.output.indexOf(`==> ${stage} `));
    expect([hardened, embedded, accepted.output.indexOf('==> reboot ')]).to.deep.equal([hardened, embedded, accepted.output.indexOf('==> reboot ')].sort((a, b) => a! - b!)).and.not.to.include(-1);
    // From the whole content and the lock alone anyone makes the slim content that the evidence names.
    const whole = await scapContent();
    expect((await slimContent(whole, readLock(lock), await readContentIndex(whole))).sha256).to.equal(digests.slim_sha256);
    expect(existsSync(inside('home/debian/.ssh/authorized_keys'))).to.equal(false);
    expect(readdirSync(inside('etc/ssh')).filter((entry) => entry.startsWith('ssh_host_'))).to.deep.equal([]);
    expect(readFileSync(inside('etc/machine-id'), 'utf8')).to.equal('');
    expect(readdirSync(inside('var/lib')).filter((entry) => entry.startsWith('cupel-build'))).to.deep.equal([]);
    expect(readdirSync(inside('var/log/journal'))).to.deep.equal([]);

    const onDisk = async (): Promise<{ exitCode?: number; stderr: string }> => execa('node', [CUPEL, 'verify', bundle, '--allow-development-key', '--root', machine().root], { reject: false });
    const sealed = await onDisk();
    expect(sealed.exitCode, sealed.stderr).to.equal(0);
    appendFileSync(inside('usr/share/cupel/build/remediation.sh'), 'true\n');
    expect((await onDisk()).exitCode, 'a changed disk was taken').to.equal(3);
  });

  it('ends without an artifact, and with evidence named as refused, when the baseline is missed', async () => {
    const baseline = quickBaseline(directory(), { name: 'unreachable', passRate: 1 });
    const refused = await build.packer(machine(), { baseline, content: await scapContent() });
    expect(await refused.ended).not.to.equal(0);
    expect(refused.output).to.match(/exit status:? 2\b/);
    expect(refused.artifacts()).to.deep.equal([]);

    const [name = ''] = refused.evidence();
    expect(refused.evidence()).to.deep.equal([name]);
    expect(name).to.match(/\.refused$/);
    const verdict = readVerdict(refused.evidenceFile(name, 'verdict.json'));
    expect(verdict.verdict).to.equal('refused');
    expect(verdict.reasons.map(({ code }) => code)).to.deep.equal(['pass-rate']);
    expect(existsSync(refused.evidenceFile(name, 'hallmark.sigstore.json'))).to.equal(false);
    expect(existsSync(path.join(machine().root, 'usr/share/cupel/build'))).to.equal(false);
  });
});
