import type { CupelCommand } from '../command.ts';
import { registerAwsCommand } from './register-aws.ts';

export const registerCommand: CupelCommand = {
  command: 'register',
  describe: 'make the disk of an embedded build an image of a cloud, when its evidence verifies',
  subcommands: [registerAwsCommand],
};
