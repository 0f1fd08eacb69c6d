import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { ExitCode } from '../errors.ts';
import type { Io } from './io.ts';

/** One command: its yargs declaration, and a handler that returns the exit code or throws a CupelError. */
export interface CupelCommand {
  /** yargs syntax, for example `gate` or `explain <rule>`; the first word is the name. */
  command: string;
  describe: string;
  /** Commands below this one (`cupel baseline lint`); then there is no handler. */
  subcommands?: readonly CupelCommand[];
  options?: (yargs: Argv) => Argv;
  handler?: (argv: Readonly<Record<string, unknown>>, io: Io) => Promise<ExitCode>;
}

/**
 * A command as the list of commands knows it. Its module is loaded only when it is the one called:
 * process start counts, and no command should pay for what another one imports.
 */
export interface CommandEntry {
  name: string;
  describe: string;
  load: () => Promise<CupelCommand>;
}

/** Declares a command with typed arguments: what `options` declares is what `handler` gets, as `as-of` and `asOf` alike. */
export function defineCommand<T>(command: {
  command: string;
  describe: string;
  options: (yargs: Argv) => Argv<T>;
  handler: (argv: ArgumentsCamelCase<T>, io: Io) => Promise<ExitCode>;
}): CupelCommand {
  return {
    command: command.command,
    describe: command.describe,
    options: command.options,
    handler: (argv, io) => command.handler(argv as ArgumentsCamelCase<T>, io),
  };
}
