import { lookup } from 'node:dns/promises';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { execa } from 'execa';
import { machineForAll, REPOSITORY } from './factory/index.ts';
import { startMachine, type Machine } from './lab/index.ts';
import { createState, HIERARCHIES, leaderOf, removeState } from './lab/state.ts';

async function bootOf(machine: Machine): Promise<string> {
  return (await machine.exec('cat /proc/sys/kernel/random/boot_id')).stdout;
}

async function reboot(machine: Machine): Promise<void> {
  const before = await bootOf(machine);
  await machine.ssh('sudo systemctl reboot');
  while ((await machine.ssh('cat /proc/sys/kernel/random/boot_id')).stdout.trim() === before) await delay(50);
  await machine.untilReachable();
}

describe('a lab machine', () => {
  const machine = machineForAll({ name: 'self' });

  it('runs a whole systemd in which nothing failed', async () => {
    expect((await machine().ssh('systemctl is-system-running --wait')).stdout).to.equal('running');
  });

  it('gives its user root without a password', async () => {
    expect((await machine().ssh('sudo -n id -u')).stdout).to.equal('0');
  });

  it('reaches the Debian mirror', async () => {
    const update = await machine().ssh('sudo apt-get -q update');
    expect(update.exitCode, update.stderr).to.equal(0);
    expect(update.stderr).not.to.contain('Failed');
  });

  it('comes back from a reboot as a new boot with the same host key and none of the runtime settings', async () => {
    const boot = await bootOf(machine());
    const hostKey = (await machine().exec('cat /etc/ssh/ssh_host_ed25519_key.pub')).stdout;
    await machine().exec('sysctl -w net.ipv4.conf.all.log_martians=1');
    await reboot(machine());
    expect(await bootOf(machine())).not.to.equal(boot);
    expect((await machine().exec('cat /etc/ssh/ssh_host_ed25519_key.pub')).stdout).to.equal(hostKey);
    expect((await machine().exec('sysctl -n net.ipv4.conf.all.log_martians')).stdout).to.equal('0');
  });

  it('comes back from a reboot whatever was entered into it', async () => {
    const entered = machine().exec('sleep 600');
    await reboot(machine());
    expect((await entered).exitCode).not.to.equal(0);
  });

  it('breaks connections and refuses new ones while its network is dropped', async () => {
    const broken = machine().ssh('sleep 60; echo survived');
    await delay(1000);
    await machine().cutNetwork('drop');
    expect((await broken).stdout).not.to.contain('survived');
    expect((await machine().ssh('true')).exitCode).to.equal(255);
    await machine().restoreNetwork();
    await machine().untilReachable();
  });

  it('keeps connections through a stalled network', async () => {
    const kept = machine().ssh('sleep 1; echo survived');
    await delay(500);
    await machine().cutNetwork('stall');
    await delay(1500);
    await machine().restoreNetwork();
    expect((await kept).stdout).to.equal('survived');
  });

  it('shows its root to the host when it is off', async () => {
    await machine().exec('echo kept >/etc/lab-mark');
    await machine().powerOff();
    expect(readFileSync(path.join(machine().root, 'etc/lab-mark'), 'utf8')).to.equal('kept\n');
  });
});

describe('the lab', () => {
  const mirror = 'deb.debian.org';
  const traces = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('cupel-lab-killed-'));

  it('runs several machines at once, each with its own network and disk', async () => {
    const machines = await Promise.all([startMachine({ name: 'one' }), startMachine({ name: 'two' })]);
    try {
      await Promise.all(machines.map((machine) => machine.exec(`echo ${machine.name} >/etc/lab-mark`)));
      const seen = await Promise.all(machines.map((machine) => machine.ssh('cat /etc/lab-mark')));
      expect(seen.map(({ stdout }) => stdout)).to.deep.equal(machines.map(({ name }) => name));
    } finally {
      await Promise.all(machines.map((machine) => machine.stop()));
    }
  });

  it('keeps a machine without network from the world, but not from us', async () => {
    const machine = await startMachine({ name: 'closed', network: false });
    try {
      const { address } = await lookup(mirror);
      expect((await machine.ssh(`timeout 20 bash -c "exec 3<>/dev/tcp/${address}/80"`)).exitCode).not.to.equal(0);
      expect((await machine.ssh(`getent ahosts ${mirror}`)).exitCode).not.to.equal(0);
    } finally {
      await machine.stop();
    }
  });

  it('loses its machines when it is killed, and clears what they leave at the next start', async () => {
    const owner = execa('node', ['--import', 'tsx', 'test/e2e/lab/cli.ts', 'up', 'killed'], { cwd: REPOSITORY, reject: false, buffer: false });
    owner.stdout.setEncoding('utf8');
    let printed = '';
    for await (const chunk of owner.stdout) {
      printed += String(chunk);
      if (printed.includes('Ctrl-C')) break;
    }
    const name = traces()[0] ?? '';
    const leader = leaderOf({ name, path: path.join(tmpdir(), name) }) ?? NaN;
    expect(existsSync(`/proc/${leader}`)).to.equal(true);
    owner.kill('SIGKILL');
    await owner;
    while (existsSync(`/proc/${leader}`)) await delay(50);
    await (await startMachine({ name: 'next' })).stop();
    expect(traces()).to.deep.equal([]);
  });

  it('takes control groups away once what is in them has ended', async () => {
    const state = createState('killed');
    const hierarchy = HIERARCHIES.find((each) => existsSync(path.join(each, 'cgroup.procs'))) ?? '';
    const group = path.join(hierarchy, state.name);
    mkdirSync(group);
    const inside = execa('sleep', ['1']);
    writeFileSync(path.join(group, 'cgroup.procs'), String(inside.pid));
    await removeState(state);
    await inside;
    expect(existsSync(group)).to.equal(false);
    expect(traces()).to.deep.equal([]);
  });
});
