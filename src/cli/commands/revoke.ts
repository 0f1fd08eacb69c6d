import { ExitCode, UsageError } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import { revokeAws, revokeGcp } from '../../publish/index.ts';
import { defineCommand } from '../command.ts';
import { awsOptions, Regions } from '../options/aws.ts';
import { computeFrom } from '../options/gcp.ts';

export const revokeCommand = defineCommand({
  command: 'revoke <image>',
  describe: 'take a published image back: mark it, share it with nobody, and deregister it if asked',
  options: (yargs) => awsOptions(yargs)
    .positional('image', { type: 'string', demandOption: true, describe: 'id of the AMI, or name of the Google Cloud image' })
    .option('region', { type: 'string', requiresArg: true, describe: 'AWS region of the AMI' })
    .option('project', { type: 'string', requiresArg: true, describe: 'Google Cloud project of the image' })
    .option('reason', { type: 'string', demandOption: true, requiresArg: true, describe: 'why, for who finds it marked' })
    .option('deregister', { type: 'boolean', default: false, describe: 'also deregister (delete) it, with its snapshots' })
    .option('dry-run', { type: 'boolean', default: false, describe: 'say what would be done, and change nothing' }),
  handler: async (argv, io) => {
    const { image, region, project, reason, deregister, 'dry-run': dryRun } = argv;
    const emit: Emit = (event) => { if (event.type === 'progress') io.note(event.message); };
    if (project !== undefined && region === undefined) {
      await revokeGcp(computeFrom({ project, wait: argv.wait }, io), image, { reason, remove: deregister, dryRun, emit });
    } else if (region !== undefined && project === undefined) {
      const regions = new Regions(argv);
      try {
        await revokeAws(regions.of(region), image, { reason, deregister, dryRun, emit });
      } finally {
        regions.close();
      }
    } else throw new UsageError('usage', 'say where the image is', { remedy: 'give --region for an AMI, or --project for a Google Cloud image' });
    io.out(`${dryRun ? 'WOULD REVOKE' : 'REVOKED'}  ${image} in ${region ?? project ?? ''}`);
    return ExitCode.ok;
  },
});
