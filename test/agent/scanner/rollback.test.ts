import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { SystemError } from '../../../src/agent/platform/index.ts';
import { scratch } from '../../target/scratch.ts';
import { RestorableMachine, type Seen } from './restorable.ts';

describe('cis-scanner rollback', () => {
  const directory = scratch();
  let machine: RestorableMachine;
  const file = (name: string): string => path.join(directory.path, name);
  /** By name in the machine's folder → by path, as records have it. */
  const at = (files: Seen): Seen => Object.fromEntries(Object.entries(files).map(([name, seen]) => [name.startsWith('etc/') ? name : file(name).slice(1), seen]));
  const text = (name: string): string => readFileSync(file(name), 'utf8');

  /** A remediation that altered these files: what was `old` in them is now `new`. */
  const remediated = (names: readonly string[], before: Seen = {}, after: Seen = {}, packages: [string, string] = ['', '']): void => {
    for (const name of names) writeFileSync(file(name), 'old');
    const paths = names.map((name) => file(name).slice(1));
    const seen = (changed: number): Seen => Object.fromEntries(names.map((name) => [name, { changed }]));
    machine.record('before', at({ ...seen(1), ...before }), { held: [...paths, ...Object.keys(before).filter((name) => name.startsWith('etc/'))].join('\0'), packages: packages[0], units: 'x.service\tactive\n' });
    execFileSync('tar', ['-C', '/', '-cf', file('records/before/files.tar'), '-T', '/dev/null', ...paths]);
    for (const when of ['after', 'now', 'tried', 'replaced']) machine.record(when, at({ ...seen(2), ...after }), { packages: packages[1], units: 'x.service\tactive\n' });
    expect(machine.run('remediate', '--yes').exitCode).to.equal(2);
    for (const name of names) writeFileSync(file(name), 'new');
  };
  const rollback = (): ReturnType<RestorableMachine['run']> => machine.run('rollback', '--yes');

  beforeEach(() => {
    machine = new RestorableMachine(directory.path);
    machine.fake('tar', 'exec /usr/bin/tar "$@"');
  });

  it('puts files back, and is done then', () => {
    remediated(['one', 'two']);
    expect(rollback()).to.include({ exitCode: 0, error: '' }).and.to.have.property('out').that.matches(/^rolled back$/m);
    expect([text('one'), text('two')]).to.deep.equal(['old', 'old']);
    expect(rollback()).to.include({ exitCode: 4 }).and.to.have.property('error').that.contains('[nothing-to-roll-back]');
  });

  it('is tried again as long as something could not be put back, and knows its own work from that of others', () => {
    remediated(['one', 'two', 'three']);
    machine.record('now', at({ one: { changed: 2 }, two: { changed: 2 }, three: { changed: 5 } }));
    machine.fails('tar');
    const first = rollback();
    expect(first).to.include({ exitCode: 4 });
    expect(first.error).to.contain('files could not be restored: tar: No space left on device');
    expect(first.out).to.match(/^not all could be put back; cis-scanner rollback tries 000001-\S+ again$/m).and.to.contain('three was changed since').and.not.to.contain('rolled back\n');

    // It has left `one` half-way; meanwhile somebody changes `two`.
    machine.record('tried', at({ one: { changed: 7 }, two: { changed: 7 }, three: { changed: 5 } }));
    machine.fails('tried');
    expect(rollback().error).to.contain('how far this came could not be written down: tried: No space left on device');
    machine.fails('tried', false);
    expect(rollback().out).to.contain('the last try was cut short').and.to.contain('three was changed since').and.not.to.contain('two was changed');
    machine.record('now', at({ one: { changed: 7 }, two: { changed: 9 }, three: { changed: 5 } }));
    machine.fails('tar', false);
    const last = rollback();
    expect(last).to.include({ exitCode: 0, error: '' });
    expect(last.out).to.contain('two was changed since').and.to.contain('three was changed since').and.to.contain('restored').and.not.to.contain('cut short');
    expect([text('one'), text('two'), text('three')]).to.deep.equal(['old', 'new', 'new']);
    expect(rollback().error).to.contain('[nothing-to-roll-back]');
  });

  it('leaves alone what the remediation removed and somebody made anew', () => {
    remediated([], { 'etc/cupel-test': { changed: 1 } });
    machine.record('now', { 'etc/cupel-test': { changed: 5 } });
    expect(rollback().out).to.contain('left alone: /etc/cupel-test was changed since');
    expect(machine.calls.filter((call) => call.startsWith('tar'))).to.deep.equal([]);
  });

  for (const [what, manager, versioned] of [['apt-get', 'apt-get -q -y', 'apt-get -q -y --no-install-recommends install old=1.0'], ['dnf', 'dnf -q -y', 'dnf -q -y install old-1.0']] as const) {
    describe(`where packages are ${what}'s`, () => {
      beforeEach(() => {
        for (const name of ['dnf', 'rpm']) machine.fake(name);
        if (what === 'dnf') machine.without('apt-get', 'dpkg-query');
        remediated([], {}, {}, ['old\t1.0\n', 'new\t2.0\n']);
      });

      it('removes and installs them, and tries again what failed', () => {
        machine.fails(what);
        const { exitCode, error } = rollback();
        expect([exitCode, error]).to.deep.equal([4, 'cis-scanner: new could not be removed\ncis-scanner: old 1.0 could not be installed\n']);
        machine.fails(what, false);
        writeFileSync(file('calls'), '');
        expect(rollback()).to.include({ exitCode: 0, error: '' });
        const remove = what === 'dnf' ? 'remove --noautoremove' : 'purge';
        expect(machine.calls.filter((call) => /^(apt-get -q|dnf)/.test(call))).to.deep.equal([`${manager} ${remove} new`, versioned]);
      });

      it('does not again what is done', () => {
        machine.record('now', {}, { packages: 'old\t1.1\n' });
        expect(rollback().exitCode).to.equal(0);
        expect(machine.calls.filter((call) => /^(apt-get|dnf|rpm)/.test(call))).to.deep.equal([]);
      });

      it('leaves one that others have come to need', () => {
        if (what === 'dnf') machine.fake('rpm', 'echo "	new is needed by theirs-1.0" >&2; exit 1');
        else machine.fake('apt-get', 'echo "Purg theirs [1.0]"');
        const { exitCode, error } = rollback();
        expect(exitCode).to.equal(4);
        expect(error).to.match(/new stay installed: (new is needed by theirs-1\.0|theirs need them)/);
        expect(machine.calls.filter((call) => / (purge|remove) /.test(call) && !call.includes(' -s '))).to.deep.equal([]);
      });
    });
  }

  it('reloads sshd by the name that it has there, and only a sound one', () => {
    machine.fake('systemctl', '[ "$*" != "reload ssh" ]');
    machine.fake('tar');
    remediated([], { 'etc/ssh/cupel-test': { changed: 1 } }, { 'etc/ssh/cupel-test': { changed: 2 } });
    machine.fails('sshd');
    rollback();
    expect(machine.calls).to.include('sshd -t').and.not.to.include('systemctl reload ssh');
    machine.fails('sshd', false);
    remediated([], { 'etc/ssh/cupel-test': { changed: 1 } }, { 'etc/ssh/cupel-test': { changed: 2 } });
    rollback();
    expect(machine.calls.filter((call) => call.includes('reload ssh'))).to.deep.equal(['systemctl reload ssh', 'systemctl reload sshd']);
  });

  it('starts a unit again, and comes back for one that does not start', () => {
    remediated([]);
    for (const when of ['after', 'now']) machine.record(when, {}, { units: 'x.service\tfailed\n' });
    machine.run('remediate', '--yes');
    machine.fails('systemctl');
    expect(rollback()).to.include({ exitCode: 4 }).and.to.have.property('error').that.contains('x.service could not be started');
    machine.fails('systemctl', false);
    expect(rollback()).to.include({ exitCode: 0 }).and.to.have.property('out').that.contains('000002-');
  });

  it('says that nothing was put back when the disk is too full to begin', () => {
    remediated(['one']);
    machine.fails('now');
    const { exitCode, error } = rollback();
    expect([exitCode, text('one')]).to.deep.equal([4, 'new']);
    expect(error).to.contain('how the machine is now could not be written down: now: No space left on device [state-not-recorded]').and.to.contain('nothing was put back');
    machine.fails('now', false);
    expect(rollback().exitCode).to.equal(0);
  });

  it('can be repeated at whichever write the disk was full', () => {
    for (let failAt = 1; ; failAt++) {
      remediated(['one']);
      let writes = 0;
      machine.tamper = (platform) => ({ ...platform, files: { ...platform.files, write: (name, content, mode) => {
        if (name.includes('/rollback/') && ++writes === failAt) throw new SystemError('ENOSPC', 'write', name);
        platform.files.write(name, content, mode);
      } } });
      const { exitCode, error } = rollback();
      machine.tamper = (platform) => platform;
      if (writes < failAt) break;
      expect([exitCode, /ENOSPC/.test(error)], `write ${failAt}: ${error}`).to.deep.equal([4, true]);
      expect(rollback(), `write ${failAt}`).to.include({ exitCode: 0, error: '' });
      expect(text('one')).to.equal('old');
      expect(failAt).to.be.below(10);
    }
  });

  it('says that it is done also when the scan after it fails', () => {
    remediated(['one']);
    machine.oscap('#!/bin/sh\nexit 1\n');
    expect(rollback()).to.include({ exitCode: 3 }).and.to.have.property('out').that.matches(/^rolled back$/m);
  });

  it('is of the last remediation also when the clock was set back, and of one from before they had numbers', () => {
    remediated([]);
    machine.tamper = (platform) => ({ ...platform, now: () => platform.now() - 48 * 3_600_000 });
    for (let more = 0; more < 3; more++) machine.run('remediate', '--yes');
    expect(machine.names.map((name) => name.slice(0, 7))).to.deep.equal(['000002-', '000003-', '000004-']);
    for (const number of [4, 3, 2]) expect(rollback().out).to.contain(`rolling back the remediation of 00000${number}-`);
    expect(rollback().error).to.contain('[nothing-to-roll-back]');
    machine.old('20991129T000000Z');
    expect(rollback().out).to.contain('rolling back the remediation of 20991129T000000Z');
  });
});
