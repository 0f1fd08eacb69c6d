import { execa } from 'execa';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Machine } from '../index.ts';
import type { Hook } from './server.ts';
import { type Call, type Reply, textOf } from './wire.ts';

/** What became of the instance that a machine stands for. */
export interface Instance extends Hook {
  readonly id: string | undefined;
  readonly state: 'none' | 'running' | 'stopped' | 'terminated';
}

/**
 * Lets the next instance be this machine: it gets the key pair as cloud-init would put it there, it has the machine's
 * address, it is powered off and taken away with it.
 * @param user the distribution's cloud user, with sudo
 */
export function instanceOn(machine: Machine, user: string): Instance {
  const keys = new Map<string, string>();
  let id: string | undefined;
  let state: Instance['state'] = 'none';
  const isOurs = (call: Call): boolean => id !== undefined && [...call.params.values()].includes(id);
  return {
    get id() { return id; },
    get state() { return state; },
    async before(call) {
      if (call.action === 'StopInstances' && isOurs(call) && state === 'running') {
        await machine.powerOff();
        state = 'stopped';
      }
      if (call.action === 'TerminateInstances' && isOurs(call) && state !== 'terminated') {
        await machine.stop();
        state = 'terminated';
      }
      return undefined;
    },
    async after(call, reply): Promise<Reply> {
      if (reply.status !== 200) return reply;
      switch (call.action) {
        case 'CreateKeyPair':
          keys.set(call.params.get('KeyName') ?? '', await publicHalf(textOf(reply.body, 'keyMaterial') ?? ''));
          return reply;
        case 'RunInstances': {
          if (state !== 'none') return reply;
          id = textOf(reply.body, 'instanceId');
          const key = keys.get(call.params.get('KeyName') ?? '');
          if (key === undefined) throw new Error('the instance was given no key pair');
          await letIn(machine, user, key);
          state = 'running';
          return reply;
        }
        case 'DescribeInstances':
          return { ...reply, body: reply.body.replaceAll(/<(ipAddress|privateIpAddress|dnsName|privateDnsName)>[^<]*</g, (_, name: string) => `<${name}>${machine.host}<`) };
        default:
          return reply;
      }
    },
  };
}

async function letIn(machine: Machine, user: string, key: string): Promise<void> {
  const made = await machine.exec(`set -e
    useradd --create-home --shell /bin/bash '${user}'
    printf '%s ALL=(ALL) NOPASSWD:ALL\\n' '${user}' >/etc/sudoers.d/90-cloud-init-users
    chmod 0440 /etc/sudoers.d/90-cloud-init-users
    install -d -m 0700 -o '${user}' -g '${user}' '/home/${user}/.ssh'
    cat >'/home/${user}/.ssh/authorized_keys'
    chown '${user}:${user}' '/home/${user}/.ssh/authorized_keys'
    chmod 0600 '/home/${user}/.ssh/authorized_keys'`, `${key}\n`);
  if (made.exitCode !== 0) throw new Error(`no user ${user}: ${made.stderr}`);
}

async function publicHalf(material: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'cupel-key-'));
  try {
    const file = path.join(directory, 'key');
    await writeFile(file, `${material.replaceAll('&#13;', '').replaceAll('\r', '').trim()}\n`, { mode: 0o600 });
    return (await execa('ssh-keygen', ['-y', '-f', file])).stdout;
  } finally {
    await rm(directory, { recursive: true });
  }
}
