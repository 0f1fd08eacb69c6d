import type { Argv } from 'yargs';
import { UsageError } from '../../errors.ts';

/**
 * Reads the options that a command declared as numbers as they were typed, with `plainNumber`. yargs itself makes 0 of
 * the nothing that an unset variable leaves, NaN of words and infinity of 1e999; a limit would be gone without a word.
 * @param fail is told of what is wrong and throws; yargs would keep no more than the message of what is thrown past it
 */
export function requirePlainNumbers(yargs: Argv, fail: (error: UsageError) => never): void {
  const { number: names } = (yargs as unknown as { getOptions: () => { number: string[] } }).getOptions();
  for (const name of names) {
    // A number and a string: the parser leaves its text alone, the help still says number.
    yargs.string(name).coerce(name, (typed: unknown) => {
      // Given twice: that is told later, of any option.
      if (typeof typed === 'number' || Array.isArray(typed)) return typed as unknown;
      try {
        return plainNumber(name, String(typed));
      } catch (error) {
        if (error instanceof UsageError) fail(error);
        throw error;
      }
    });
  }
}

/**
 * The number in `typed`: decimal digits, at most one point, perhaps a minus.
 * @param option its name, for the message
 * @throws UsageError `number`
 */
export function plainNumber(option: string, typed: string): number {
  const number = /^-?\d+(\.\d+)?$/.test(typed) ? Number(typed) : NaN;
  if (!Number.isFinite(number)) {
    const remedy = typed === '' ? 'set the variable that it comes from, or leave the option out' : 'write it in plain digits, such as 30 or 0.98';
    throw new UsageError('number', `--${option} "${typed}" is not a number`, { remedy });
  }
  return number;
}
