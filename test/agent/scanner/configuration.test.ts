import { rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { scratch } from '../../target/scratch.ts';
import { SmallMachine } from './machine.ts';

describe('what cis-scanner says of files that it was given', () => {
  const directory = scratch();
  let machine: SmallMachine;
  beforeEach(() => { machine = new SmallMachine(directory.path); });

  for (const [what, text, line, says] of [
    ['a setting twice', 'keep = 3\n# more\nkeep = 4\n', ':3', '"keep" stands here a second time'],
    ['no such setting', 'retain = 3\n', ':1', '"retain" is not a setting; there are keep, every_rule and textfile'],
    ['no line of the kind', '\nkeep 3\nkeep 3\n', ':2', 'this is no line "name = value"'],
    ['what is not UTF-8', Buffer.from([0x23, 0xff, 0x0a]), '', 'is not text in UTF-8'],
  ] as const) {
    it(`refuses a scanner.conf with ${what}, and names the place`, () => {
      const { configuration } = machine.places;
      writeFileSync(configuration, text);
      expect(machine.run('scan')).to.include({ exitCode: 78, error: `cis-scanner: ${configuration}${line}: ${says} [scanner-conf-invalid]\n  docs/agent.md says what may stand there\n` });
      expect(machine.result.scan.failure?.code).to.equal('scanner-conf-invalid');
    });
  }

  it('refuses an ignore.d that is no folder', () => {
    const { ignore } = machine.places;
    rmSync(ignore, { recursive: true });
    writeFileSync(ignore, '');
    expect(machine.run('scan')).to.include({ exitCode: 78 }).and.to.have.property('error').that.matches(/^cis-scanner: \S+\/ignore\.d: cannot list \(ENOTDIR\) \[ignore-folder\]\n {2}make it a folder/);
  });

  it('says where a lock is not YAML, or is no lock, and how to get one', () => {
    const { lock } = machine.places;
    for (const [text, line, says] of [['name: x\n\tb: y\n', ':2', 'the baseline lock is not YAML'], ['name: x\n', '', 'the baseline lock is not one: ']] as const) {
      writeFileSync(lock, text);
      const { exitCode, error } = machine.run('scan');
      expect(exitCode).to.equal(3);
      expect(error.split('\n')).to.have.length(3);
      expect(error).to.contain(`${lock}${line}: ${says}`).and.to.contain(`[lock-invalid]\n  put back the lock of the build: cp /usr/share/cupel/build/baseline.lock.yaml ${lock}\n`);
    }
  });

  it('has a code and a remedy for what the system refuses', () => {
    rmSync(machine.places.state, { recursive: true });
    writeFileSync(machine.places.state, '');
    expect(machine.run('scan').error).to.match(/^cis-scanner: .*\(ENOTDIR\) \[system\]\n {2}\S/);
  });
});
