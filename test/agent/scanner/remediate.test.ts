import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { SystemError } from '../../../src/agent/platform/index.ts';
import { scratch } from '../../target/scratch.ts';
import { RestorableMachine } from './restorable.ts';

describe('cis-scanner remediate', () => {
  const directory = scratch();
  let machine: RestorableMachine;
  const remediate = (...options: string[]): ReturnType<RestorableMachine['run']> => machine.run('remediate', '--yes', ...options);
  /** The fix of rule b, in place of one that only makes a file in the folder that it runs in. */
  const fix = (text: string): void => {
    const file = path.join(directory.path, 'fixes.sh');
    writeFileSync(file, readFileSync(file, 'utf8').replace('touch b\n', `${text}\n`));
  };
  const ran = (): boolean => existsSync(`${directory.path}/ran`);

  beforeEach(() => {
    machine = new RestorableMachine(directory.path);
    fix(`touch '${directory.path}/ran'`);
  });

  it('says of each step what became of it, before it scans again', () => {
    expect(remediate()).to.include({ exitCode: 2, error: '' }).and.to.have.property('out').that.matches(/^fix ran {2}b\n.*still fails {2}b \(its fix ran; it may need a reboot\)$/ms);
    fix('exit 3');
    machine.oscap(readFileSync(`${directory.path}/bin/oscap`, 'utf8').replace('#!/bin/sh\n', `#!/bin/sh\n[ ! -e '${directory.path}/ran' ] || exit 1\n`));
    expect(remediate()).to.include({ exitCode: 3 });
  });

  it('thinks of boot loader and initramfs only where a step may have asked for them', () => {
    expect(machine.run('remediate', '--dry-run').out).to.equal('would apply b (CIS 1.2): Rule b\n');
    for (const text of ['update-grub', 'apt-get install -y x']) {
      machine.finds({ a: 'pass', b: 'fail' });
      fix(text);
      expect(machine.run('remediate', '--dry-run').out, text).to.match(/would apply boot loader and initramfs/);
    }
  });

  it('changes nothing without a rollback point, and leaves nothing behind', () => {
    machine.fails('before');
    const { exitCode, error } = remediate();
    expect([exitCode, ran(), machine.names, machine.has('remediation')]).to.deep.equal([4, false, [], false]);
    expect(error).to.contain('no rollback point could be taken: before: No space left on device [no-rollback-point]').and.to.contain('nothing was changed');
  });

  it('says that what it changed could not be written down, once it has told the rest', () => {
    machine.fails('after');
    const { exitCode, out, error } = remediate();
    expect([exitCode, ran(), machine.has('remediation')]).to.deep.equal([4, true, false]);
    expect(out).to.match(/^fix ran {2}b$/m).and.to.match(/^0 of 1 rules fixed/m);
    expect(error).to.contain('what the fixes changed could not be written down: after: No space left on device [changes-not-recorded]').and.not.to.contain('nothing was changed');
  });

  it('tells both when the scan after it fails, too', () => {
    machine.fails('after');
    machine.oscap(readFileSync(`${directory.path}/bin/oscap`, 'utf8').replace('#!/bin/sh\n', `#!/bin/sh\n[ ! -e '${directory.path}/ran' ] || { echo bad >&2; exit 1; }\n`));
    const { exitCode, out, error } = remediate();
    expect(exitCode).to.equal(3);
    expect(out).to.match(/^fix ran {2}b$/m);
    expect(error).to.contain('[changes-not-recorded]').and.to.contain('[oscap-');
  });

  it('does not hide why the fixes could not be run', () => {
    machine.fails('after');
    machine.program(`${machine.places.programs}/libexec/harden-runner`, 'echo broken >&2; exit 5');
    const { exitCode, error } = remediate();
    expect([exitCode, machine.has('remediation')]).to.deep.equal([4, false]);
    expect(error).to.contain('[changes-not-recorded]').and.to.contain('the runner of the fixes failed (exit 5): broken [harden-runner]');
  });

  it('says that nothing was changed only where that is so, at whichever write the disk is full', () => {
    for (let failAt = 1; ; failAt++) {
      let writes = 0;
      machine.tamper = (platform) => ({ ...platform, files: { ...platform.files, write: (name, text, mode) => {
        if (/\/(remediation|rollback)\//.test(name) && ++writes === failAt) throw new SystemError('ENOSPC', 'write', name);
        platform.files.write(name, text, mode);
      } } });
      const { exitCode, error } = remediate();
      if (writes < failAt) break;
      // The first is of a folder to work in: there are others.
      if (failAt === 1) {
        expect([exitCode, ran()]).to.deep.equal([2, true]);
        rmSync(`${directory.path}/ran`);
        continue;
      }
      expect([exitCode, /ENOSPC/.test(error), /nothing was changed/.test(error)], `write ${failAt}: ${error}`).to.deep.equal([4, true, true]);
      expect([ran(), machine.has('remediation')], `write ${failAt}`).to.deep.equal([false, false]);
      expect(failAt).to.be.below(12);
    }
    expect(ran()).to.equal(true);
  });
});
