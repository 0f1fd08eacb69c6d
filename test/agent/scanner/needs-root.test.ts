import { existsSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import { type Platform, SystemError } from '../../../src/agent/platform/index.ts';
import { scratch } from '../../target/scratch.ts';
import { SmallMachine } from './machine.ts';

describe('cis-scanner for who is not root', () => {
  const directory = scratch();
  let machine: SmallMachine;
  /** Nothing of what the scanner keeps can be read or made, but for the metrics. */
  const nobody = (platform: Platform): Platform => {
    const refuse = (action: string, file: string): never => { throw new SystemError('EACCES', action, file); };
    return {
      ...platform,
      lock: (file) => refuse('lock', file),
      files: {
        ...platform.files,
        readText: (file, limit) => (file.endsWith('/result.json') && platform.files.look(file) !== undefined ? refuse('read', file) : platform.files.readText(file, limit)),
        makeFolder: (file, mode) => { if (existsSync(file)) platform.files.makeFolder(file, mode); else refuse('make a folder', file); },
      },
    };
  };
  const told = /^cis-scanner: \S+: cannot [a-z ]+ \(EACCES\): what the scanner keeps is root's \[needs-root\]\n {2}run it as root: sudo cis-scanner …\n$/;
  beforeEach(() => {
    machine = new SmallMachine(directory.path);
    machine.run('scan');
    machine.tamper = nobody;
  });

  for (const args of [['status'], ['status', '--json'], ['scan'], ['remediate', '--dry-run'], ['remediate', '--yes'], ['rollback', '--yes']]) {
    it(`says of "${args.join(' ')}" that it needs root, not that something is missing or broken`, () => {
      const { exitCode, out, error } = machine.run(...args);
      expect({ exitCode, out }).to.deep.equal({ exitCode: 3, out: '' });
      expect(error).to.match(told);
    });
  }

  it('makes nothing to say that there is nothing, nor where it may not', () => {
    rmSync(machine.places.state, { recursive: true });
    expect(machine.run('scan')).to.include({ exitCode: 3 }).and.to.have.property('error').that.matches(told);
    for (const tamper of [nobody, (platform: Platform): Platform => platform]) {
      machine.tamper = tamper;
      expect(machine.run('status')).to.include({ exitCode: 3 }).and.to.have.property('out').that.matches(/^missing: /);
      expect(existsSync(machine.places.state)).to.equal(false);
    }
  });
});
