import { TargetError } from '../../../errors.ts';
import { isSystemError, type Platform } from '../../platform/index.ts';
import type { Places } from '../places.ts';

const candidates = ({ state, programs }: Places): string[] => [`${state}/remediation`, '/run/cupel-remediation', `${programs}/work`];

/**
 * An empty folder in which programs may be run: the runner puts some of its own into the path, which a noexec file system
 * would not let it.
 * @throws TargetError `no-work-directory`
 */
export function workFolder(platform: Platform, places: Places): string {
  const reasons: string[] = [];
  for (const folder of candidates(places)) {
    try {
      platform.files.remove(folder);
      platform.files.makeFolder(folder, 0o700);
      platform.files.write(`${folder}/probe`, '#!/bin/sh\n', 0o700);
      const { exitCode } = platform.run([`${folder}/probe`]);
      platform.files.remove(exitCode === 0 ? `${folder}/probe` : folder);
      if (exitCode === 0) return folder;
      reasons.push(`${folder}: no program runs there (exit ${exitCode})`);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      reasons.push(error.message);
    }
  }
  throw new TargetError('no-work-directory', `there is no folder in which programs may be run: ${reasons.join('; ')}`, { remedy: 'make room on /var/lib/cupel or /run, and mount one of them without noexec; nothing was changed' });
}

// Fixes run in the folder, each in a group of processes of its own, and outlive a runner that was killed.
const end = 'for process in /proc/[0-9]*; do case "$(readlink "$process/cwd" 2>/dev/null)" in "$1" | "$1/"*) kill -9 "${process#/proc/}" 2>/dev/null ;; esac; done; :';

/** Ends what a remediation that was killed has left running, and takes its folders away. */
export function clearWorkFolders(platform: Platform, places: Places): void {
  for (const folder of candidates(places)) {
    if (platform.files.look(folder) === undefined) continue;
    platform.run(['sh', '-c', end, 'sh', folder]);
    platform.files.remove(folder);
  }
}
