import { UsageError } from '../../errors.ts';
import { staleAfterHours } from './status.ts';

export interface Flags {
  fail: boolean;
  json: boolean;
  /** Hours. */
  maxAge: number;
  /** Short rule ids. */
  rules: string[];
  dryRun: boolean;
  yes: boolean;
}

type Command = 'scan' | 'status' | 'remediate' | 'rollback';

const allowed: Readonly<Record<Command, readonly string[]>> = {
  scan: ['--fail'],
  status: ['--json', '--max-age'],
  remediate: ['--rule', '--dry-run', '--yes'],
  rollback: ['--yes'],
};

/** @throws UsageError `usage` */
export function parseArguments(args: readonly string[]): { command: Command | 'help' | 'version'; flags: Flags } {
  const flags: Flags = { fail: false, json: false, maxAge: staleAfterHours, rules: [], dryRun: false, yes: false };
  const [name = '', ...rest] = args;
  if (args.includes('--help') || name === 'help') return { command: 'help', flags };
  if (name === '--version') return { command: 'version', flags };
  if (!Object.hasOwn(allowed, name)) throw usage(name === '' ? 'a command is needed' : `there is no command "${name}"`);
  const command = name as Command;
  const words = rest.flatMap((word) => (/^--[a-z-]+=/.test(word) ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : [word])).values();
  for (const word of words) {
    if (!allowed[command].includes(word)) throw usage(`${command} does not take "${word}"`);
    switch (word) {
      case '--fail': flags.fail = true; break;
      case '--json': flags.json = true; break;
      case '--dry-run': flags.dryRun = true; break;
      case '--yes': flags.yes = true; break;
      case '--rule': flags.rules.push(valueOf(word, words)); break;
      default: flags.maxAge = hoursOf(word, valueOf(word, words));
    }
  }
  return { command, flags };
}

function valueOf(option: string, words: Iterator<string>): string {
  const { value } = words.next() as { value: string | undefined };
  if (value === undefined || value === '') throw usage(`${option} needs a value`);
  return value;
}

function hoursOf(option: string, text: string): number {
  const hours = Number(text);
  if (!(hours > 0)) throw usage(`${option} is a number of hours, not "${text}"`);
  return hours;
}

function usage(what: string): UsageError {
  return new UsageError('usage', what, { remedy: 'see cis-scanner --help' });
}
