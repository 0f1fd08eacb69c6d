import { setTimeout as sleep } from 'node:timers/promises';
import { TargetError } from '../errors.ts';
import type { Target } from './target.ts';

const readBootId = 'cat /proc/sys/kernel/random/boot_id';
const readFailedUnits = 'systemctl list-units --state=failed --plain --no-legend --no-pager';

/** @throws TargetError `units-unreadable`: no answer is not "none failed" */
export async function failedUnits(target: Target): Promise<string[]> {
  const { exitCode, stdout, stderr } = await target.run(readFailedUnits);
  if (exitCode !== 0) throw new TargetError('units-unreadable', `${target.name}: systemd does not tell which units failed: ${stderr.trim()}`, { subject: target.name });
  return stdout.split('\n').map((line) => line.trimStart().split(' ')[0] ?? '').filter((unit) => unit !== '');
}

export interface RebootOptions {
  /** From the request to the first login on the new boot. */
  timeoutSeconds: number;
  /** Units that had failed already before we came: they are not the hardening's doing. */
  failedBefore: readonly string[];
  /** Before the first question whether it is back; default 1.5. */
  graceSeconds?: number;
}

/**
 * Reboots the target and proves it: another boot id, boot finished, no newly failed unit, and (since every
 * command goes that way) login and root as before.
 * @returns seconds until the login
 * @throws TargetError `reboot-no-return`, `reboot-unproved`, `reboot-failed-units`, `reboot-unfinished`, `units-unreadable`, `target-host-key`
 */
export async function reboot(target: Target, options: RebootOptions): Promise<number> {
  const before = (await target.run(readBootId)).stdout.trim();
  if (before === '') throw new TargetError('reboot-unproved', `${target.name}: no boot id to be read, so a reboot could not be proved`);
  const began = Date.now();
  // A unit of its own, a second away, so that our own answer still gets out.
  const asked = await target.run('systemd-run --quiet --on-active=1 --timer-property=AccuracySec=100ms systemctl reboot');
  if (asked.exitCode !== 0) throw new TargetError('reboot-unproved', `${target.name}: the reboot could not be asked for: ${asked.stderr.trim()}`, { subject: target.name });
  const deadline = began + options.timeoutSeconds * 1000;
  await sleep((options.graceSeconds ?? 1.5) * 1000);
  for (;;) {
    try {
      await target.reconnect(Math.max(1, (deadline - Date.now()) / 1000));
      const now = (await target.run(readBootId, { timeoutSeconds: 60 })).stdout.trim();
      if (now !== '' && now !== before) break;
    } catch (error) {
      // Logins are refused while a machine starts up and shuts down; another host key never mends itself.
      if (!(error instanceof TargetError) || error.code === 'target-host-key') throw error;
      if (Date.now() >= deadline) {
        throw new TargetError('reboot-no-return', `${target.name} did not come back within ${options.timeoutSeconds} s of its reboot: ${error.message}`, { cause: error, subject: target.name });
      }
    }
    if (Date.now() >= deadline) throw new TargetError('reboot-unproved', `${target.name} answers, but with the boot id from before: it never rebooted`, { subject: target.name });
    await sleep(500);
  }
  const seconds = (Date.now() - began) / 1000;
  const state = (await target.run('timeout "$1" systemctl is-system-running --wait || :', { args: [String(options.timeoutSeconds)], timeoutSeconds: options.timeoutSeconds + 30 })).stdout.trim();
  if (state !== 'running' && state !== 'degraded') {
    throw new TargetError('reboot-unfinished', `${target.name}: the boot did not finish within ${options.timeoutSeconds} s (state: ${state === '' ? 'none' : state})`);
  }
  const failed = (await failedUnits(target)).filter((unit) => !options.failedBefore.includes(unit));
  if (failed.length > 0) throw new TargetError('reboot-failed-units', `${target.name}: after the reboot these units failed: ${failed.join(', ')}`);
  return seconds;
}
