import type { Argv } from 'yargs';
import { UsageError } from '../../errors.ts';
import { ComputeImages } from '../../publish/index.ts';
import type { Io } from '../io.ts';

export interface GcpArguments {
  project: string;
  wait: number;
}

export function gcpOptions<T>(yargs: Argv<T>): Argv<T & GcpArguments> {
  return yargs
    .option('project', { type: 'string', demandOption: true, requiresArg: true, describe: 'project that the image is in' })
    .option('wait', { type: 'number', default: 3600, describe: 'seconds that an image or an operation may take' });
}

/** @throws UsageError `gcp-project`, `seconds` */
export function computeFrom({ project, wait }: Readonly<GcpArguments>, io: Pick<Io, 'env'>, onCall?: () => void): ComputeImages {
  if (!/^(?:[a-z][a-z0-9.-]{0,61}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(project)) throw new UsageError('gcp-project', `"${project}" is not the id of a project`, { remedy: 'give its id, not its number or title' });
  if (!(wait > 0) || wait > 86_400) throw new UsageError('seconds', '--wait is not a time', { remedy: 'give --wait in seconds, at most 86400' });
  // The variable that gcloud itself takes for it.
  const endpoint = io.env['CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE']?.replace(/\/(compute\/v1\/?)?$/, '');
  return new ComputeImages({ project, waitSeconds: wait, endpoint, ...(onCall === undefined ? {} : { onCall }) });
}
