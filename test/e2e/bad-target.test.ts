import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { execa } from 'execa';
import { builds, machineForEach, quickBaseline, scapContent, scratch, withScanner, type Build, type Endpoint } from './factory/index.ts';
import { startMachine } from './lab/index.ts';

describe('cupel provision on a machine that cannot be worked on', () => {
  const build = builds();
  const directory = scratch();

  const run = async (endpoint: Endpoint, ...options: string[]): Promise<Build> => build.provision(endpoint, {
    baseline: quickBaseline(directory()), content: await scapContent(), options: ['--connect-timeout', '3', '--reconnect-timeout', '10', ...options],
  });
  const expectFailure = async (failed: Build, exitCode: number, code: string): Promise<void> => {
    expect(await failed.ended, failed.output).to.equal(exitCode);
    expect(failed.output).to.contain(`[${code}]`);
    expect(failed.output).to.contain('remedy: ');
    expect(failed.evidence().filter((name) => !name.endsWith('.failed'))).to.deep.equal([]);
  };

  describe('from the start', () => {
    const machine = machineForEach();

    it('says that a login with the wrong key is refused', async () => {
      const keyFile = path.join(directory(), 'other-key');
      await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
      await expectFailure(await run({ ...machine(), keyFile }), 4, 'target-login');
    });

    it('says that sudo wants a password', async () => {
      await machine().exec('echo "debian ALL=(ALL) ALL" >/etc/sudoers.d/90-cloud-init-users');
      await expectFailure(await run(machine()), 4, 'target-sudo');
    });

    it('says that nobody answers', async () => {
      await machine().cutNetwork('drop');
      await expectFailure(await run(machine()), 4, 'target-unreachable');
    });

    it('says that nobody answers on a network that swallows everything', async () => {
      await machine().cutNetwork('stall');
      await expectFailure(await run(machine()), 4, 'target-unreachable');
    });

    it('says that the baseline is for another system', async () => {
      await machine().exec('rm /etc/os-release; sed "s/^ID=.*/ID=ubuntu/; s/^VERSION_ID=.*/VERSION_ID=22.04/" /usr/lib/os-release >/etc/os-release');
      await expectFailure(await run(machine()), 78, 'preflight-os');
    });

    it('says that the machine did not come back from its reboot', async () => {
      machine().stayOffAtReboot();
      await expectFailure(await run(machine(), '--reboot-timeout', '15'), 4, 'reboot-no-return');
    });
  });

  it('says that there is too little disk', async () => {
    const machine = await startMachine({ ...withScanner, disk: '200M' });
    try {
      await expectFailure(await run(machine), 4, 'target-disk-full');
    } finally {
      await machine.stop();
    }
  });

  // What breaks first differs: the start of a job, oscap, its report, the end of the job, an upload.
  for (const milliseconds of [0, 100, 200, 400]) it(`says that the disk fills up ${milliseconds} ms after the first assay began`, async () => {
    const content = await scapContent();
    const machine = await startMachine({ ...withScanner, disk: '1G' });
    try {
      const filled = await build.provision(machine, { baseline: quickBaseline(directory()), content });
      await filled.until(/==> assay-before /);
      await sleep(milliseconds);
      // An allocation that does not succeed is taken back, so the last of it is written.
      await machine.exec('fallocate -l "$(($(df --block-size=1 --output=avail /var/lib | tail -n 1) - 4000000))" /var/lib/fill; cat /dev/zero >>/var/lib/fill');
      await expectFailure(filled, 4, 'target-disk-full');
    } finally {
      await machine.stop();
    }
  });

  it('keeps the private key out of what it prints and stores', async () => {
    const machine = await startMachine(withScanner);
    try {
      const secret = readFileSync(machine.keyFile, 'utf8').split('\n')[1] ?? '';
      const failed = await run({ ...machine, user: 'nobody' }, '--verbose');
      await expectFailure(failed, 4, 'target-login');
      for (const name of failed.evidence()) expect(readFileSync(failed.evidenceFile(name, 'log.jsonl'), 'utf8')).not.to.contain(secret);
      expect(failed.output).not.to.contain(secret);
    } finally {
      await machine.stop();
    }
  });
});
