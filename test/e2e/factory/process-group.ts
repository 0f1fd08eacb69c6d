import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const ROOT = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd', '/sys/fs/cgroup'].find((hierarchy) => existsSync(path.join(hierarchy, 'cgroup.procs')));

/**
 * A control group: whatever is started in it stays in it, however it is forked, renamed or
 * given another session, so that "nothing is left running" can be told for certain.
 */
export class ProcessGroup {
  readonly #directory: string;

  constructor(name: string) {
    if (ROOT === undefined) throw new Error('no control groups at /sys/fs/cgroup');
    this.#directory = path.join(ROOT, name);
    mkdirSync(this.#directory);
  }

  /** A command line that starts another one inside the group. */
  command(file: string, args: readonly string[]): [string, string[]] {
    return ['sh', ['-c', 'echo 0 >"$1"; shift; exec "$@"', 'sh', path.join(this.#directory, 'cgroup.procs'), file, ...args]];
  }

  /** Command lines of what runs in the group. */
  processes(): string[] {
    return this.pids().map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      } catch {
        return '';
      }
    }).filter((line) => line !== '');
  }

  pids(): number[] {
    return readFileSync(path.join(this.#directory, 'cgroup.procs'), 'utf8').split('\n').filter((line) => line !== '').map(Number);
  }

  /** Waits for the last process to end by itself. What is still there after `seconds` is returned. */
  async settle(seconds: number): Promise<string[]> {
    const deadline = Date.now() + seconds * 1000;
    while (this.processes().length > 0 && Date.now() < deadline) await delay(50);
    return this.processes();
  }

  /** Ends what is left and removes the group. */
  async remove(): Promise<void> {
    for (;;) {
      for (const pid of this.pids()) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
        }
      }
      try {
        rmdirSync(this.#directory);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
        await delay(20);
      }
    }
  }
}
