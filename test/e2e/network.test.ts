import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { builds, contentWithFix, machineForEach, quickBaseline, scratch } from './factory/index.ts';

describe('cupel provision over a network that fails', () => {
  const machine = machineForEach();
  const build = builds();
  const directory = scratch();

  for (const how of ['drop', 'stall'] as const) {
    it(`ends right when the network ${how}s for a while during hardening`, async () => {
      const content = await contentWithFix(directory(), 'file_permissions_crontab', 'touch /run/slow-fix; sleep 8; chmod 0600 /etc/crontab; echo once >>/root/slow-fix\n');
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
      const fixed = readFileSync(cut.evidenceFile(name, 'harden.jsonl'), 'utf8').split('\n').filter((line) => line.includes('"file_permissions_crontab"'));
      expect(fixed).to.have.length(1);
    });
  }
});
