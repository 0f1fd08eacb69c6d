import { createRequire } from 'node:module';
import yargs, { type Argv } from 'yargs';
import { ExitCode, UsageError } from '../errors.ts';
import type { CupelCommand } from './command.ts';
import { commands } from './commands/index.ts';
import { describeFailure } from './failure.ts';
import type { Io } from './io.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/**
 * Parses a command line and runs it.
 * @returns the exit code; nothing is thrown
 */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.ok;
  try {
    const parser = yargs([...args])
      .scriptName('cupel')
      .usage('$0 <command>: golden machine images, hardened, assayed and hallmarked')
      .version(version)
      .help()
      .alias('h', 'help')
      .option('verbose', { type: 'boolean', default: false, describe: 'show causes behind errors' })
      .strict()
      .demandCommand(1, 'name a command')
      .recommendCommands()
      .exitProcess(false)
      .fail((message: string | null, error: Error | undefined) => {
        throw error ?? new UsageError('usage', message ?? 'wrong arguments', { remedy: 'see cupel --help' });
      });
    for (const command of commands) declare(parser, command, io, (code) => { exitCode = code; });
    await parser.parseAsync();
    return exitCode;
  } catch (error) {
    const failure = describeFailure(error, args.includes('--verbose'));
    io.note(failure.text);
    return failure.exitCode;
  }
}

function declare(parser: Argv, command: CupelCommand, io: Io, done: (code: ExitCode) => void): void {
  parser.command(
    command.command,
    command.describe,
    (builder) => {
      const declared = command.options?.(builder) ?? builder;
      for (const sub of command.subcommands ?? []) declare(declared, sub, io, done);
      return command.subcommands ? declared.demandCommand(1, `name one of: ${command.subcommands.map((sub) => sub.command.split(' ')[0]).join(', ')}`) : declared;
    },
    async (argv) => {
      if (command.handler) done(await command.handler(argv, io));
    },
  );
}
