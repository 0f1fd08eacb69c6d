import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { confirmLogin } from '../../src/harden/confirm.ts';
import { TargetError } from '../../src/errors.ts';
import { scratch } from '../target/scratch.ts';
import { ShellTarget } from '../target/shell-target.ts';

describe('confirmLogin', () => {
  const directory = scratch();
  let target: ShellTarget;
  let kept: number;
  let over: AbortController;
  const confirm = (seconds: number): Promise<void> => confirmLogin(target, directory.path, 7, seconds, () => { kept++; }, over.signal, 0.02);
  const answers = (): string => readFileSync(`${directory.path}/answer`, 'utf8');
  beforeEach(() => {
    target = new ShellTarget();
    kept = 0;
    over = new AbortController();
    writeFileSync(`${directory.path}/answer`, '');
  });

  it('keeps the step when a new login works at once', async () => {
    await confirm(30);
    expect(kept).to.equal(1);
    // The login itself answers, not the old connection.
    expect(target.scripts).to.deep.equal([]);
    expect(answers()).to.equal('ok 7\n');
  });

  it('asks for the rollback after three refused logins, over the connection that still stands', async () => {
    target.probes = [() => false, () => false, () => false];
    await confirm(30);
    expect(kept).to.equal(0);
    expect(answers()).to.equal('no 7\n');
  });

  it('keeps the step when a later login works', async () => {
    target.probes = [() => false, () => true];
    await confirm(30);
    expect(kept).to.equal(1);
    expect(answers()).to.equal('ok 7\n');
  });

  it('leaves it to the machine when the network is gone altogether', async () => {
    target.probes = Array.from({ length: 50 }, () => () => false);
    target.answer = () => new TargetError('target-unreachable', 'gone');
    await confirm(0.2);
    expect(kept).to.equal(0);
    expect(answers()).to.equal('');
  });

  it('stops when nobody waits for it any more', async () => {
    target.probes = Array.from({ length: 50 }, () => () => {
      over.abort();
      return false;
    });
    await confirm(600);
    expect(target.probes).to.have.length(49);
  });
});
