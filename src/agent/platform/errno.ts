import { SystemError } from './system-error.ts';

/**
 * `ENOENT` for 2: Linux, the same on amd64 and arm64. Those that files and programs give. No table: it would be made at every
 * start.
 */
export function errnoName(number: number): string {
  switch (number) {
    case 1: return 'EPERM';
    case 2: return 'ENOENT';
    case 4: return 'EINTR';
    case 5: return 'EIO';
    case 7: return 'E2BIG';
    case 9: return 'EBADF';
    case 11: return 'EAGAIN';
    case 12: return 'ENOMEM';
    case 13: return 'EACCES';
    case 16: return 'EBUSY';
    case 17: return 'EEXIST';
    case 18: return 'EXDEV';
    case 20: return 'ENOTDIR';
    case 21: return 'EISDIR';
    case 22: return 'EINVAL';
    case 23: return 'ENFILE';
    case 24: return 'EMFILE';
    case 26: return 'ETXTBSY';
    case 27: return 'EFBIG';
    case 28: return 'ENOSPC';
    case 30: return 'EROFS';
    case 32: return 'EPIPE';
    case 36: return 'ENAMETOOLONG';
    case 39: return 'ENOTEMPTY';
    case 40: return 'ELOOP';
    case 84: return 'EILSEQ';
    case 122: return 'EDQUOT';
    default: return `errno ${number}`;
  }
}

/** @throws SystemError for a negative errno */
export function done(code: number, action: string, path: string): number {
  if (code < 0) throw new SystemError(errnoName(-code), action, path);
  return code;
}

/** What a call gave that gives no number when it can. @throws SystemError for a negative errno */
export function given<T>(value: T | number, action: string, path: string): T {
  if (typeof value === 'number') throw new SystemError(errnoName(-value), action, path);
  return value;
}
