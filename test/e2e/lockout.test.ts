import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { builds, contentWithFix, machineForEach, quickBaseline, scratch } from './factory/index.ts';

interface StepRecord {
  rules: string[];
  kind: string;
  outcome: string;
  detail: string | null;
}

describe('cupel provision with a fix that locks the builder out, amid others', () => {
  const machine = machineForEach();
  const build = builds();
  const directory = scratch();

  const lockouts: [what: string, fix: string, reason: string][] = [
    ['refuses its login', 'sed -i "1i DenyUsers debian" /etc/ssh/sshd_config; systemctl reload ssh\n', 'no login afterwards'],
    ['breaks the configuration of sshd', 'echo NoSuchOption yes >>/etc/ssh/sshd_config\n', 'sshd refuses the configuration'],
    // Without root nobody can answer: the machine's own deadline decides.
    ['takes away its sudo', 'rm /etc/sudoers.d/90-cloud-init-users\n', 'no login afterwards'],
  ];
  for (const [what, fix, reason] of lockouts) {
    it(`rolls a fix back that ${what}, and that one alone, records it, and lets its rule count as failed`, async () => {
      const content = await contentWithFix(directory(), 'sshd_disable_empty_passwords', fix);
      const baseline = quickBaseline(directory(), { required: ['sshd_disable_empty_passwords'] });
      const locked = await build.provision(machine(), { baseline, content });
      expect(await locked.ended, locked.output).to.equal(2);
      const [name = ''] = locked.evidence();
      expect(name).to.match(/\.refused$/);
      const records = readFileSync(locked.evidenceFile(name, 'harden.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as StepRecord);
      const guarded = records.filter(({ kind }) => kind === 'guarded');
      const culprit = guarded.findIndex(({ rules }) => rules.includes('sshd_disable_empty_passwords'));
      expect(culprit).to.be.within(1, guarded.length - 2);
      expect(guarded.filter(({ outcome }) => outcome === 'reverted')).to.deep.equal([guarded[culprit]]);
      expect(guarded[culprit]?.detail).to.equal(reason);
      expect(locked.output).to.contain(`${reason}: the guarded steps were rolled back; now one by one`);
      expect((await machine().ssh('sudo -n grep -rhi ^MaxSessions /etc/ssh')).stdout).to.match(/^MaxSessions 10$/mi);
      // Two waits of 90 s where nobody can answer.
    }).timeout(10 * 60_000);
  }
});
