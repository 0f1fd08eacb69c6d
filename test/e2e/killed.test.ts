import path from 'node:path';
import { expect } from 'chai';
import { builds, FACTORY, machineForAll, machineForEach, quickBaseline, scapContent, scratch, type Build, type Endpoint } from './factory/index.ts';

/** What ends by itself when its parent is gone needs a moment to do so. */
const secondsToSettle = 15;

describe('packer build when the runner is killed', () => {
  const build = builds();
  const directory = scratch();

  const buildKilledAt = async (endpoint: Endpoint, stage: string): Promise<Build> => build.packer(endpoint, {
    baseline: quickBaseline(directory()),
    content: await scapContent(),
    environment: { NODE_OPTIONS: `--import=${path.join(FACTORY, 'die-at-stage.js')}`, DIE_AT_STAGE: stage },
  });

  const expectNothing = async (killed: Build, stage: string): Promise<void> => {
    expect(await killed.ended, killed.output).not.to.equal(0);
    expect([...killed.output.matchAll(/==> ([a-z-]+) \(\d/g)].map(([, name]) => name).at(-1)).to.equal(stage);
    expect(killed.artifacts()).to.deep.equal([]);
    expect(await killed.group.settle(secondsToSettle)).to.deep.equal([]);
    expect(killed.evidence().filter((name) => !name.startsWith('.'))).to.deep.equal([]);
  };

  describe('before anything was changed', () => {
    const machine = machineForAll();
    for (const stage of ['connect', 'preflight', 'content', 'assay-before']) {
      it(`leaves no artifact and no process at ${stage}`, async () => {
        await expectNothing(await buildKilledAt(machine(), stage), stage);
      });
    }
  });

  describe('in the course of the work', () => {
    const machine = machineForEach();
    for (const stage of ['harden', 'embed', 'reboot', 'assay-final', 'gate', 'seal', 'evidence']) {
      it(`leaves no artifact and no process at ${stage}`, async () => {
        await expectNothing(await buildKilledAt(machine(), stage), stage);
      });
    }
  });

  describe('by an interrupt of Packer', () => {
    const machine = machineForAll();
    it('leaves no artifact and no process', async () => {
      const interrupted = await build.packer(machine(), { baseline: quickBaseline(directory()), content: await scapContent() });
      await interrupted.until(/==> harden /);
      for (const pid of interrupted.group.pids()) process.kill(pid, 'SIGINT');
      expect(await interrupted.ended).not.to.equal(0);
      expect(interrupted.artifacts()).to.deep.equal([]);
      expect(await interrupted.group.settle(secondsToSettle)).to.deep.equal([]);
    });
  });
});
