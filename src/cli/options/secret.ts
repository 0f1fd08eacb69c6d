import { readFile } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';
import type { Io } from '../io.ts';

/**
 * The text of a file, or with `env:NAME` of an environment variable. Keys and passphrases are given by where
 * they are: what is on a command line is in every process list.
 * @param option its name, for messages
 * @throws UsageError `secret-missing`, `secret-unreadable`
 */
export async function textAt(place: string, option: string, io: Pick<Io, 'env'>): Promise<string> {
  if (place.startsWith('env:')) {
    const value = io.env[place.slice('env:'.length)];
    if (value === undefined || value === '') throw new UsageError('secret-missing', `--${option}: the environment variable ${place.slice('env:'.length)} is not set`);
    return value;
  }
  try {
    return await readFile(place, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : cause instanceof Error ? cause.message : String(cause);
    throw new UsageError('secret-unreadable', `--${option} ${place}: ${reason}`, { cause });
  }
}
