import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { builds, contentWithFix, machineForEach, quickBaseline, scratch } from './factory/index.ts';

describe('cupel provision over a network that fails', () => {
  const machine = machineForEach();
  const build = builds();
  const directory = scratch();

  const cuts = [
    { how: 'drop', rule: 'file_permissions_crontab', fix: 'chmod 0600 /etc/crontab', when: 'a fix' },
    { how: 'stall', rule: 'sshd_set_max_sessions', fix: 'sed -i "1i MaxSessions 10" /etc/ssh/sshd_config', when: 'guarded fixes that wait for one login' },
  ] as const;
  for (const { how, rule, fix, when } of cuts) {
    it(`ends right when the network ${how}s for a while during ${when}`, async () => {
      const content = await contentWithFix(directory(), rule, `touch /run/slow-fix; sleep 8; ${fix}; echo once >>/root/slow-fix\n`);
      const cut = await build.packer(machine(), { baseline: quickBaseline(directory()), content });
      await cut.until(/==> harden /);
      while ((await machine().exec('test -e /run/slow-fix')).exitCode !== 0) await delay(50);
      await machine().cutNetwork(how);
      await delay(4000);
      await machine().restoreNetwork();
      expect(await cut.ended, cut.output).to.equal(0);
      expect(cut.artifacts()).to.have.length(1);
      expect((await machine().exec('cat /root/slow-fix')).stdout).to.equal('once');
      const [name = ''] = cut.evidence();
      const steps = readFileSync(cut.evidenceFile(name, 'harden.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { rules: string[]; outcome: string });
      expect(steps.filter(({ rules }) => rules.includes(rule)).map(({ outcome }) => outcome)).to.deep.equal(['ok']);
      expect(steps.filter(({ outcome }) => outcome === 'reverted')).to.deep.equal([]);
    });
  }
});
