import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { builds, contentWithFix, machineForEach, quickBaseline, scratch } from './factory/index.ts';

interface StepRecord {
  rules: string[];
  outcome: string;
}

describe('cupel provision with a fix that locks the builder out', () => {
  const machine = machineForEach();
  const build = builds();
  const directory = scratch();

  const lockouts: [string, string][] = [
    ['refuses its login', 'sed -i "1i DenyUsers debian" /etc/ssh/sshd_config; systemctl reload ssh\n'],
    ['takes away its sudo', 'rm /etc/sudoers.d/90-cloud-init-users\n'],
  ];
  for (const [what, fix] of lockouts) {
    it(`rolls a fix back that ${what}, records it, and lets its rule count as failed`, async () => {
      const content = await contentWithFix(directory(), 'sshd_set_keepalive', fix);
      const baseline = quickBaseline(directory(), { required: ['sshd_set_keepalive'] });
      const locked = await build.provision(machine(), { baseline, content });
      expect(await locked.ended, locked.output).to.equal(2);
      const [name = ''] = locked.evidence();
      expect(name).to.match(/\.refused$/);
      const records = readFileSync(locked.evidenceFile(name, 'harden.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as StepRecord);
      const outcomes = new Map(records.flatMap(({ rules, outcome }) => rules.map((rule) => [rule, outcome] as const)));
      expect(outcomes.get('sshd_set_keepalive')).to.equal('reverted');
      expect(outcomes.get('sshd_set_max_sessions')).to.equal('ok');
      expect((await machine().ssh('sudo -n id -u')).stdout).to.equal('0');
    });
  }
});
