import type { CupelCommand } from '../command.ts';
import { keyGenerateCommand } from './key-generate.ts';
import { keyPublicCommand } from './key-public.ts';

export const keyCommand: CupelCommand = {
  command: 'key',
  describe: 'make a key that signs hallmarks; show its public half',
  subcommands: [keyGenerateCommand, keyPublicCommand],
};
