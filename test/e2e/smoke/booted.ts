import { readFile } from 'node:fs/promises';
import type { Vm } from './vm.ts';

/**
 * What is wrong with the freshly booted machine: only the new key opens it, its identity is
 * its own, and every unit is up.
 * @returns one sentence per finding
 */
export async function bootProblems(vm: Vm): Promise<string[]> {
  const problems: string[] = [];
  const ask = async (what: string, command: string): Promise<string> => {
    const answer = await vm.run(command);
    if (answer === undefined) problems.push(`${what}: "${command}" failed`);
    return (answer ?? '').trim();
  };

  // cloud-init and slow units may still be at work when the first login succeeds
  const state = (await vm.run('timeout 900 systemctl is-system-running --wait; true'))?.trim();
  if (state !== 'running') {
    problems.push(`the system is "${state ?? 'unreachable'}": ${await ask('failed units', 'systemctl --failed --plain --no-legend')}`);
  }

  const [, ours] = (await readFile(`${vm.keyFile}.pub`, 'utf8')).split(' ');
  const keys = await ask('authorized keys', "sudo sh -c 'cat /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys 2>/dev/null; true'");
  const foreign = keys.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#') && !line.includes(ours ?? ''));
  if (keys === '') problems.push('no authorized key found, though one let us in');
  for (const line of foreign) problems.push(`a key that is not ours is accepted: ${line.slice(-60)}`);

  const age = await ask('host keys', "sudo sh -c 'find /etc/ssh -name \"ssh_host_*_key\" ! -newer /proc/1/cmdline; true'");
  if (age !== '') problems.push(`host keys older than this boot: ${age.replaceAll('\n', ' ')}`);

  const machineId = await ask('machine id', 'cat /etc/machine-id');
  if (!/^[0-9a-f]{32}$/.test(machineId)) problems.push(`the machine has no id of its own: "${machineId}"`);
  return problems;
}
