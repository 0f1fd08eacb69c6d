import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { execa } from 'execa';

/** Where the root file system starts: the base image's first partition, in bytes. */
const rootOffset = 2048 * 512;

/**
 * Reads the image's file system without booting it and names what of the build is still in it.
 * Nothing a first boot creates can hide it here.
 * @returns one sentence per finding; none when the image is clean
 */
export async function buildLeftovers(image: string, work: string): Promise<string[]> {
  const raw = join(work, 'at-rest.raw');
  await execa('qemu-img', ['convert', '-O', 'raw', image, raw]);
  try {
    const disk = `${raw}?offset=${rootOffset}`;
    const found: string[] = [];

    const ssh = await list(disk, '/etc/ssh');
    if (!ssh.includes('sshd_config')) return ['the image has no /etc/ssh/sshd_config: the file system could not be read'];
    for (const name of ssh.filter((entry) => entry.startsWith('ssh_host_'))) found.push(`host key of the build: /etc/ssh/${name}`);

    const homes = (await list(disk, '/home')).filter((name) => !name.startsWith('.') && name !== 'lost+found');
    for (const home of ['/root', ...homes.map((name) => `/home/${name}`)]) {
      if ((await list(disk, `${home}/.ssh`)).includes('authorized_keys')) found.push(`key of the build: ${home}/.ssh/authorized_keys`);
    }

    const machineId = (await debugfs(disk, 'cat /etc/machine-id')).trim();
    if (machineId !== '' && machineId !== 'uninitialized') found.push(`machine id of the build: ${machineId}`);

    const instances = (await list(disk, '/var/lib/cloud/instances')).filter((name) => !name.startsWith('.'));
    for (const instance of instances) found.push(`cloud-init state of the build: /var/lib/cloud/instances/${instance}`);
    return found;
  } finally {
    await rm(raw, { force: true });
  }
}

/** Names in a directory; none when there is no such directory. */
async function list(disk: string, directory: string): Promise<string[]> {
  // one line per entry: /inode/mode/uid/gid/name/size/
  const lines = (await debugfs(disk, `ls -p ${directory}`)).split('\n');
  return lines.map((line) => line.split('/')[5] ?? '').filter((name) => name !== '');
}

async function debugfs(disk: string, request: string): Promise<string> {
  const { stdout } = await execa('/sbin/debugfs', ['-R', request, disk]);
  return stdout;
}
