import type { CupelCommand } from '../command.ts';
import { storePushCommand } from './store-push.ts';

export const storeCommand: CupelCommand = {
  command: 'store',
  describe: 'keep evidence where anyone finds it by the id of its image',
  subcommands: [storePushCommand],
};
