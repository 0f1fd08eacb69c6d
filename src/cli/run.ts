import yargs, { type Argv } from 'yargs';
import { CupelError, ExitCode, UsageError } from '../errors.ts';
import type { CommandEntry, CupelCommand } from './command.ts';
import { commands } from './commands/index.ts';
import { describeFailure } from './failure.ts';
import type { Io } from './io.ts';
import { oneLine } from './one-line.ts';
import { requirePlainNumbers } from './options/number.ts';
import { packageVersion } from './package.ts';

/**
 * Parses a command line and runs it.
 * @returns the exit code; nothing is thrown
 */
export async function run(args: readonly string[], io: Io, entries: readonly CommandEntry[] = commands): Promise<ExitCode> {
  try {
    return await dispatch(args, io, entries);
  } catch (error) {
    const failure = describeFailure(error, args.includes('--verbose'));
    io.note(failure.text);
    return failure.exitCode;
  }
}

async function dispatch(args: readonly string[], io: Io, entries: readonly CommandEntry[]): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.ok;
  let failure: Error | undefined;
  const called = args.find((argument) => !argument.startsWith('-'));
  const entry = entries.find(({ name }) => name === called);
  const help = entry === undefined ? 'cupel --help' : `cupel ${entry.name} --help`;
  const parser = yargs()
    .scriptName('cupel')
    .usage('$0 <command>: golden machine images, hardened, assayed and hallmarked')
    .version(packageVersion())
    .help()
    .alias('h', 'help')
    .option('verbose', { type: 'boolean', default: false, describe: 'show causes behind errors' })
    .strict()
    .demandCommand(1, 'name a command')
    .recommendCommands()
    .detectLocale(false)
    .wrap(100)
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      // yargs calls this again for what follows from the first failure
      failure ??= error === undefined || error.name === 'YError' // what yargs throws of its own
        ? new UsageError('usage', oneLine(message ?? error?.message ?? '') || 'wrong arguments', { remedy: `see ${help}` })
        : error;
      throw failure;
    });

  const running: Running = { io, done: (code) => { exitCode = code; }, fail: (error) => { throw failure ??= error; } };
  if (entry === undefined) {
    if (called !== undefined) throw unknownCommand(called, entries);
    for (const { name, describe } of entries) parser.command(name, describe);
  } else {
    declare(parser, await entry.load(), running);
  }

  // With a callback yargs hands its own text (help, version) over instead of printing it.
  let text = '';
  await parser.parseAsync([...args], {}, (_error: unknown, _argv: unknown, output: string) => { text = output; });
  if (failure !== undefined) throw failure;
  if (text !== '') io.out(text);
  return exitCode;
}

interface Running {
  io: Io;
  done: (code: ExitCode) => void;
  /** Ends with this very error: of what is thrown inside of it yargs keeps the message alone. */
  fail: (error: UsageError) => never;
}

function declare(parser: Argv, command: CupelCommand, running: Running): void {
  parser.command(
    command.command,
    command.describe,
    (builder) => {
      const declared = command.options?.(builder) ?? builder;
      for (const sub of command.subcommands ?? []) declare(declared, sub, running);
      requirePlainNumbers(declared, running.fail);
      return command.subcommands ? declared.demandCommand(1, `name one of: ${command.subcommands.map((sub) => sub.command.split(' ')[0]).join(', ')}`) : declared;
    },
    async (argv) => {
      assertOnce(argv, parser);
      if (command.handler) running.done(await command.handler(argv, running.io));
    },
  );
}

/** yargs makes an array of an option that is given twice, whatever it was declared as. */
function assertOnce(argv: Readonly<Record<string, unknown>>, parser: Argv): void {
  const { array } = (parser as unknown as { getOptions: () => { array: string[] } }).getOptions();
  const twice = Object.keys(argv).find((name) => name !== '_' && Array.isArray(argv[name]) && !array.includes(name) && !array.includes(name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)));
  if (twice !== undefined) throw new UsageError('usage', `--${twice} is given twice and takes one value`);
}

function unknownCommand(called: string, entries: readonly CommandEntry[]): CupelError {
  return new UsageError('unknown-command', `there is no command "${called}"`, {
    remedy: `one of: ${entries.map(({ name }) => name).join(', ')}`,
  });
}
