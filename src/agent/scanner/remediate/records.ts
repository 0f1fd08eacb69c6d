import { TargetError } from '../../../errors.ts';
import { type Platform, SystemError } from '../../platform/index.ts';
import type { Places } from '../places.ts';
import type { Record } from './changes.ts';

/** The moments that are written down: around the remediation, and around each try to roll it back. */
export type Moment = 'before' | 'after' | 'now' | 'replaced' | 'tried';

const limit = 256 * 1024 * 1024;
const names = ['files', 'packages', 'units', 'sysctl', 'mounts', 'ruleset'] as const;

const room = 'make room on the file system of /var/lib/cupel';
const failures: { readonly [when in Moment]: { code: string; says: string; remedy: string } } = {
  before: { code: 'no-rollback-point', says: 'no rollback point could be taken', remedy: `${room}; nothing was changed` },
  after: { code: 'changes-not-recorded', says: 'what the fixes changed could not be written down', remedy: `${room}; cis-scanner rollback then counts all that is different by then` },
  now: { code: 'state-not-recorded', says: 'how the machine is now could not be written down', remedy: `${room}, and run cis-scanner rollback again; nothing was put back` },
  replaced: { code: 'state-not-recorded', says: 'what the packages changed could not be written down', remedy: `${room}, and run cis-scanner rollback again` },
  tried: { code: 'state-not-recorded', says: 'how far this came could not be written down', remedy: `${room}, and run cis-scanner rollback again` },
};

/** The failure to write down one moment. */
export function notRecorded(when: Moment, why: string, cause?: unknown): TargetError {
  const { code, says, remedy } = failures[when];
  return new TargetError(code, `${says}: ${why}`, { remedy, cause });
}

/** @throws TargetError as in `failures`; then nothing is kept of that moment */
export function record(platform: Platform, places: Places, folder: string, when: Moment, options: readonly string[] = []): void {
  const { exitCode, stderr } = platform.run([`${places.programs}/libexec/rollback-point`, folder, when, ...options]);
  if (exitCode !== 0) throw notRecorded(when, stderr.trim().split('\n').slice(-3).join('; ') || `exit ${exitCode}`);
}

/** @throws SystemError */
export function readRecord(platform: Platform, folder: string, when: Moment): Record {
  return Object.fromEntries(names.map((name) => [name, readNames(platform, `${folder}/${when}/${name}`)])) as unknown as Record;
}

/**
 * A file with NUL between names; empty when there is none. A name that is not UTF-8 is left out: we could not say it again.
 * @throws SystemError
 */
export function readNames(platform: Platform, path: string): string {
  if (platform.files.look(path) === undefined) return '';
  const parts: string[] = [];
  let size = 0;
  platform.files.read(path, (bytes) => {
    size += bytes.length;
    if (size > limit) throw new SystemError('EFBIG', 'read', path);
    parts.push(platform.oneToOne(bytes));
  });
  return parts.join('').split('\0').map(decoded).filter((entry) => entry !== undefined).join('\0');
}

/** @param bytes one character for each */
function decoded(bytes: string): string | undefined {
  if (!/[\x80-\xff]/.test(bytes)) return bytes;
  try {
    return decodeURIComponent(bytes.replace(/[%\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
