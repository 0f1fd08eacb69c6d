import { CupelError, ConfigurationError, EvidenceError, ExitCode } from '../../errors.ts';
import { isSystemError } from '../platform/index.ts';
import type { ScanFailure } from '../result.ts';

/** Why something of ours failed: for people, and for `result.json`. */
export function failureOf(error: unknown): ScanFailure {
  if (error instanceof CupelError) return { code: error.code, message: error.message, ...(error.remedy === undefined ? {} : { remedy: error.remedy }) };
  if (isSystemError(error, 'ENOSPC', 'EDQUOT')) return { code: 'disk-full', message: error.message, remedy: 'make room on the file system of /var/lib/cupel' };
  if (isSystemError(error)) return { code: 'system', message: error.message, remedy: 'the system refused that: look at the path and at its file system' };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), remedy: 'this is a defect in cis-scanner: please report it' };
}

/** What the system refuses while scanning means that nothing can be said; what is no error of ours is a defect. */
export function exitCodeFor(error: unknown): ExitCode {
  if (error instanceof CupelError) return error.exitCode;
  return isSystemError(error) ? ExitCode.evidence : ExitCode.internal;
}

/** @throws EvidenceError `needs-root` when the work is refused to who is not */
export function asRoot<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!isSystemError(cause, 'EACCES')) throw cause;
    throw new EvidenceError('needs-root', `${cause.message}: what the scanner keeps is root's`, { cause, subject: cause.path, remedy: 'run it as root: sudo cis-scanner …' });
  }
}

/** @throws ConfigurationError with this code when the system refuses to read what the operator wrote */
export function asConfiguration<T>(code: string, remedy: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw new ConfigurationError(code, cause.code === 'EILSEQ' ? `${cause.path}: is not text in UTF-8` : cause.message, { cause, subject: cause.path, remedy });
  }
}
