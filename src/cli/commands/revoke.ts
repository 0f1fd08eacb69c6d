import { ExitCode } from '../../errors.ts';
import { revokeAws } from '../../publish/index.ts';
import { defineCommand } from '../command.ts';
import { awsOptions, Regions } from '../options/aws.ts';

export const revokeCommand = defineCommand({
  command: 'revoke <ami>',
  describe: 'take a published image back: mark it, share it with nobody, and deregister it if asked',
  options: (yargs) => awsOptions(yargs)
    .positional('ami', { type: 'string', demandOption: true, describe: 'id of the AMI' })
    .option('region', { type: 'string', demandOption: true, requiresArg: true, describe: 'its AWS region' })
    .option('reason', { type: 'string', demandOption: true, requiresArg: true, describe: 'why, for who finds it marked' })
    .option('deregister', { type: 'boolean', default: false, describe: 'also deregister it and delete its snapshots' })
    .option('dry-run', { type: 'boolean', default: false, describe: 'say what would be done, and change nothing' }),
  handler: async (argv, io) => {
    const regions = new Regions(argv);
    try {
      const image = await revokeAws(regions.of(argv.region), argv.ami, {
        reason: argv.reason, deregister: argv.deregister, dryRun: argv['dry-run'], emit: (event) => { if (event.type === 'progress') io.note(event.message); },
      });
      io.out(`${argv['dry-run'] ? 'WOULD REVOKE' : 'REVOKED'}  ${image.id} (${image.name}) in ${image.region}`);
      return ExitCode.ok;
    } finally {
      regions.close();
    }
  },
});
