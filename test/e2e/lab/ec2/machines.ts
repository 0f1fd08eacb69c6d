import { execa } from 'execa';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Machine } from '../index.ts';
import { Pool } from '../instance.ts';
import type { Hook } from './server.ts';
import { type Call, listOf, refusal, type Reply, textOf } from './wire.ts';

/** The instances that were asked for, each a machine. */
export interface Instances extends Hook {
  /** By instance id. */
  readonly states: ReadonlyMap<string, 'running' | 'stopped' | 'terminated'>;
  /** Takes all machines away. */
  stop(): Promise<void>;
}

/**
 * Starts a machine for each instance: it gets the key pair as cloud-init would put it there, has an address of its own,
 * is powered off and taken away with the instance. An image that is made of it has its disk, and its copies too.
 * @param user the distribution's cloud user, with sudo
 */
export function machinesFor(user: string): Instances {
  const keys = new Map<string, string>();
  const pool = new Pool();
  const machines = new Map<string, Machine>();
  const states = new Map<string, 'running' | 'stopped' | 'terminated'>();
  const named = (call: Call): [string, Machine][] => [...machines].filter(([id]) => listOf(call.params, 'InstanceId').includes(id));
  return {
    states,
    async before(call) {
      if (call.action === 'StartInstances' && named(call).length > 0) return refusal('UnsupportedOperation', 'A machine of the lab that was stopped stays off.');
      for (const [id, machine] of call.action === 'StopInstances' ? named(call) : []) {
        if (states.get(id) === 'running') await machine.powerOff();
        states.set(id, 'stopped');
      }
      for (const [id, machine] of call.action === 'TerminateInstances' ? named(call) : []) {
        machines.delete(id);
        await machine.stop();
        states.set(id, 'terminated');
      }
      return undefined;
    },
    async after(call, reply): Promise<Reply> {
      if (reply.status !== 200) return reply;
      switch (call.action) {
        case 'CreateKeyPair':
          keys.set(call.params.get('KeyName') ?? '', await publicHalf(textOf(reply.body, 'keyMaterial') ?? ''));
          return reply;
        case 'ImportKeyPair':
          keys.set(call.params.get('KeyName') ?? '', Buffer.from(call.params.get('PublicKeyMaterial') ?? '', 'base64').toString().trim());
          return reply;
        case 'RunInstances': {
          const publicKey = keys.get(call.params.get('KeyName') ?? '');
          for (const [, id = ''] of reply.body.matchAll(/<instanceId>([^<]+)</g)) {
            machines.set(id, await pool.start(publicKey === undefined ? [] : [{ user, publicKey }], call.params.get('ImageId') ?? ''));
            states.set(id, 'running');
          }
          return reply;
        }
        case 'CreateImage': {
          const machine = machines.get(call.params.get('InstanceId') ?? '');
          if (machine !== undefined) await pool.save(machine, textOf(reply.body, 'imageId') ?? '');
          return reply;
        }
        case 'CopyImage':
          pool.copy(call.params.get('SourceImageId') ?? '', textOf(reply.body, 'imageId') ?? '');
          return reply;
        case 'DescribeInstances':
          return { ...reply, body: reply.body.split('<instanceId>').map((part) => withAddress(part, machines.get(part.split('<')[0] ?? '')?.host)).join('<instanceId>') };
        default:
          return reply;
      }
    },
    stop: () => pool.stop(),
  };
}

function withAddress(description: string, host: string | undefined): string {
  return host === undefined ? description : description.replaceAll(/<(ipAddress|privateIpAddress|dnsName|privateDnsName)>[^<]*</g, (_, name: string) => `<${name}>${host}<`);
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
