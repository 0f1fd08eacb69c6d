import type { Argv } from 'yargs';

/** Which build to publish, and how; the same for every cloud. */
export interface BuildArguments {
  manifest: string;
  evidence: string | undefined;
  'dry-run': boolean;
  json: boolean;
}

export function buildOptions<T>(yargs: Argv<T>): Argv<T & BuildArguments> {
  return yargs
    .option('manifest', { type: 'string', default: 'manifest.json', requiresArg: true, describe: 'manifest of the build (Packer\'s manifest post-processor)' })
    .option('evidence', { type: 'string', requiresArg: true, describe: 'bundle or evidence directory; where the manifest says unless given' })
    .option('dry-run', { type: 'boolean', default: false, describe: 'say what would be done, and change nothing' })
    .option('json', { type: 'boolean', default: false, describe: 'print what was published as JSON' });
}
