import type { Argv } from 'yargs';
import { UsageError } from '../../errors.ts';
import { Region } from '../../publish/index.ts';

export interface AwsArguments {
  wait: number;
}

export function awsOptions<T>(yargs: Argv<T>): Argv<T & AwsArguments> {
  return yargs.option('wait', { type: 'number', default: 3600, describe: 'seconds that an image or a copy may take until it is available' });
}

/** EC2 in every region that is asked for, and how often it was called. Credentials come from where the AWS CLI takes them. */
export class Regions {
  readonly #waitSeconds: number;
  readonly #regions = new Map<string, Region>();
  #calls = 0;

  /** @throws UsageError `seconds` */
  constructor({ wait }: AwsArguments) {
    if (!(wait > 0) || wait > 86_400) throw new UsageError('seconds', '--wait is not a time', { remedy: 'give --wait in seconds, at most 86400' });
    this.#waitSeconds = wait;
  }

  /** @throws UsageError `region` */
  of(name: string): Region {
    // It becomes part of a host name.
    if (!/^[a-z]{2}(-[a-z]+)+-\d+$/.test(name)) throw new UsageError('region', `"${name}" is not an AWS region`, { remedy: 'write it as AWS does: eu-central-1' });
    const held = this.#regions.get(name) ?? new Region(name, { waitSeconds: this.#waitSeconds, onCall: () => { this.#calls++; } });
    this.#regions.set(name, held);
    return held;
  }

  /** API calls so far. */
  get calls(): number {
    return this.#calls;
  }

  close(): void {
    for (const region of this.#regions.values()) region.close();
  }
}
