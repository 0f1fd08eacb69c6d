import { expect } from 'chai';
import { TargetError } from '../../src/errors.ts';
import { failedUnits, reboot } from '../../src/target/index.ts';
import { rejection } from './scratch.ts';
import { ShellTarget } from './shell-target.ts';

/** A machine that can be rebooted, and in what ways that goes wrong. */
interface Machine {
  bootIds: string[];
  failed: string;
  state: string;
  requested: number;
}

describe('reboot', () => {
  let target: ShellTarget;
  let machine: Machine;
  const options = { graceSeconds: 0, timeoutSeconds: 3, failedBefore: ['old.service'] };
  beforeEach(() => {
    target = new ShellTarget();
    machine = { bootIds: ['a', 'b'], failed: '', state: 'running', requested: 0 };
    target.answer = (script) => {
      if (script.includes('boot_id')) return { stdout: `${machine.bootIds.length > 1 ? machine.bootIds.shift() ?? '' : machine.bootIds[0] ?? ''}\n` };
      if (script.includes('--state=failed')) return { stdout: machine.failed };
      if (script.includes('is-system-running')) return { stdout: `${machine.state}\n` };
      machine.requested++;
      return {};
    };
  });

  it('is proved by another boot id', async () => {
    machine.bootIds = ['a', 'a', 'b'];
    expect(await reboot(target, options)).to.be.greaterThan(0);
    expect(machine.requested).to.equal(1);
  });

  it('is not proved by a machine that only answers', async () => {
    machine.bootIds = ['a'];
    const error = await rejection(reboot(target, { ...options, timeoutSeconds: 1 }));
    expect(error.code).to.equal('reboot-unproved');
    expect(error.exitCode).to.equal(4);
  });

  it('is not begun when there is no boot id to compare with', async () => {
    machine.bootIds = [''];
    expect((await rejection(reboot(target, options))).code).to.equal('reboot-unproved');
    expect(machine.requested).to.equal(0);
  });

  it('fails at once when it cannot be asked for', async () => {
    const answer = target.answer;
    target.answer = (script, given) => (script.includes('systemctl reboot') ? { exitCode: 1, stderr: 'Access denied' } : answer(script, given));
    const error = await rejection(reboot(target, { ...options, timeoutSeconds: 600 }));
    expect(error.code).to.equal('reboot-unproved');
    expect(error.message).to.contain('Access denied');
  });

  it('waits while logins are refused, as they are during a boot', async () => {
    target.onReconnect = () => {
      if (target.reconnects < 3) throw new TargetError('target-login', 'System is booting up');
    };
    await reboot(target, options);
    expect(target.reconnects).to.equal(3);
  });

  it('names a machine that does not come back, and what it said last', async () => {
    target.onReconnect = () => { throw new TargetError('target-unreachable', 'm cannot be reached: Connection refused'); };
    const error = await rejection(reboot(target, { ...options, timeoutSeconds: 2 }));
    expect(error.code).to.equal('reboot-no-return');
    expect(error.message).to.contain('Connection refused');
  });

  it('does not wait for a machine with another host key', async () => {
    target.onReconnect = () => { throw new TargetError('target-host-key', 'another'); };
    expect((await rejection(reboot(target, { ...options, timeoutSeconds: 600 }))).code).to.equal('target-host-key');
  });

  it('does not hide a defect of its own behind the machine', async () => {
    target.onReconnect = () => { throw new TypeError('ours'); };
    expect(await rejection(reboot(target, { ...options, timeoutSeconds: 600 }))).to.be.instanceOf(TypeError);
  });

  it('accepts units that had failed before', async () => {
    machine.state = 'degraded';
    machine.failed = 'old.service loaded failed failed Something old\n';
    await reboot(target, options);
  });

  it('names units that failed since', async () => {
    machine.state = 'degraded';
    machine.failed = 'old.service loaded failed failed Something old\nnftables.service loaded failed failed nftables\n';
    const error = await rejection(reboot(target, options));
    expect(error.code).to.equal('reboot-failed-units');
    expect(error.message).to.contain('nftables.service').and.not.contain('old.service');
  });

  for (const state of ['starting', 'maintenance', '']) {
    it(`does not take the state "${state}" for a finished boot`, async () => {
      machine.state = state;
      expect((await rejection(reboot(target, options))).code).to.equal('reboot-unfinished');
    });
  }
});

describe('failedUnits', () => {
  it('does not take silence for health', async () => {
    const target = new ShellTarget();
    target.answer = () => ({ exitCode: 1, stderr: 'Failed to connect to bus' });
    expect((await rejection(failedUnits(target))).code).to.equal('units-unreadable');
  });
});
