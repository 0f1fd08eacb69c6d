import { ExitCode } from '../../errors.ts';
import { defineCommand } from '../command.ts';

export const gateCommand = defineCommand({
  command: 'gate',
  describe: 'judge an ARF already there by a baseline',
  options: (yargs) => yargs.option('baseline', { type: 'string', demandOption: true }),
  handler: () => Promise.resolve(ExitCode.ok),
});
