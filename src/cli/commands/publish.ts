import type { CupelCommand } from '../command.ts';
import { publishAwsCommand } from './publish-aws.ts';
import { publishGcpCommand } from './publish-gcp.ts';

export const publishCommand: CupelCommand = {
  command: 'publish',
  describe: 'after the build: verify again, bind the image id, tag, share, retire the old',
  subcommands: [publishAwsCommand, publishGcpCommand],
};
