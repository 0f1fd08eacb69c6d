import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Where the kernel shows control groups: one tree (v2), or named ones beside it (v1). */
export const HIERARCHIES = ['/sys/fs/cgroup', '/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified'];
const PREFIX = 'cupel-lab-';

/** One machine's directory: short, because the socket paths in it may have 108 bytes at most. */
export interface StateDirectory {
  /** Also the machine's host name and the name of its control groups. */
  readonly name: string;
  readonly path: string;
}

/** Makes the directory of a new machine and notes whose it is. */
export function createState(label: string): StateDirectory {
  const name = `${PREFIX}${label}-${randomBytes(3).toString('hex')}`;
  const directory = path.join(tmpdir(), name);
  mkdirSync(directory, { mode: 0o700 });
  writeFileSync(path.join(directory, 'owner'), String(process.pid));
  return { name, path: directory };
}

/** Takes away what a machine leaves behind once its processes are gone. */
export async function removeState(state: StateDirectory): Promise<void> {
  for (const hierarchy of HIERARCHIES) await removeGroups(path.join(hierarchy, state.name));
  rmSync(state.path, { recursive: true, force: true });
}

/** Removes the leftovers of runs that were killed. Their processes die with them. */
export async function reapLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const directory = path.join(tmpdir(), name);
    const owner = path.join(directory, 'owner');
    if (!existsSync(owner) || existsSync(`/proc/${readFileSync(owner, 'utf8')}`)) continue;
    await removeState({ name, path: directory });
  }
}

/** The process id, as this host sees it, of the systemd inside; undefined while it is down. */
export function leaderOf(state: StateDirectory): number | undefined {
  for (const hierarchy of HIERARCHIES) {
    const file = path.join(hierarchy, state.name, 'payload/init.scope/cgroup.procs');
    if (!existsSync(file)) continue;
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    if (Number.isInteger(pid)) return pid;
  }
  return undefined;
}

/** A process that was killed stays in its group for as long as the kernel takes it apart. */
async function removeGroups(directory: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; ;) {
    try {
      if (!existsSync(directory)) return;
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        if (entry.isDirectory()) await removeGroups(path.join(directory, entry.name));
      }
      rmdirSync(directory);
      return;
    } catch (error) {
      // Gone: somebody else reaps, too.
      if (!['EBUSY', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '') || Date.now() > deadline) throw error;
      await delay(50);
    }
  }
}
