import type { Argv } from 'yargs';
import { UsageError } from '../../errors.ts';
import type { RetentionPolicy } from '../../publish/index.ts';

/** What should become of a published AMI. */
export interface PublishingArguments {
  'copy-to': string[];
  'kms-key': string[];
  'share-with': string[];
  'deprecate-after': number | undefined;
  protect: boolean;
  keep: number | undefined;
  'keep-days': number;
}

export function publishingOptions<T>(yargs: Argv<T>): Argv<T & PublishingArguments> {
  return yargs
    .option('copy-to', { type: 'string', array: true, nargs: 1, default: [] as string[], describe: 'region to copy the AMI to; may be repeated' })
    .option('kms-key', { type: 'string', array: true, nargs: 1, default: [] as string[], describe: 'REGION=KEY: KMS key of the copy there; the account\'s default EBS key unless given' })
    .option('share-with', { type: 'string', array: true, nargs: 1, default: [] as string[], describe: 'account id, or ARN of an organisation or organisational unit; may be repeated' })
    .option('deprecate-after', { type: 'number', requiresArg: true, describe: 'days from its creation on which the AMI is deprecated' })
    .option('protect', { type: 'boolean', default: true, describe: 'protect the AMI from deregistration' })
    .option('keep', { type: 'number', requiresArg: true, describe: 'retire published AMIs of this image beyond the newest N that nothing uses; none unless given' })
    .option('keep-days', { type: 'number', default: 30, describe: 'but never one younger than that' });
}

/** @throws UsageError */
export function sharesFrom(argv: Readonly<PublishingArguments>): string[] {
  const bad = argv['share-with'].find((who) => !/^(\d{12}|arn:aws[\w-]*:organizations::\d{12}:(organization|ou)\/[\w/-]+)$/.test(who));
  if (bad !== undefined) throw new UsageError('usage', `--share-with ${bad} is neither an account id nor the ARN of an organisation or organisational unit`);
  return argv['share-with'];
}

/** @throws UsageError */
export function kmsKeysFrom(argv: Readonly<PublishingArguments>): Record<string, string> {
  return Object.fromEntries(argv['kms-key'].map((given) => {
    const at = given.indexOf('=');
    if (at < 1) throw new UsageError('usage', `--kms-key ${given} is not REGION=KEY`);
    return [given.slice(0, at), given.slice(at + 1)];
  }));
}

/** @throws UsageError */
export function retentionFrom({ keep, 'keep-days': days }: Readonly<PublishingArguments>): RetentionPolicy | undefined {
  if (keep === undefined) return undefined;
  if (!Number.isInteger(keep) || keep < 1) throw new UsageError('usage', `--keep ${keep} is not a number of images`, { remedy: 'keep at least 1' });
  if (!(days >= 0)) throw new UsageError('usage', `--keep-days ${days} is no number of days`, { remedy: 'give 0 or more' });
  return { keep, minimumAgeDays: days };
}

/** @throws UsageError */
export function deprecationFrom({ 'deprecate-after': days }: Readonly<PublishingArguments>): number | undefined {
  if (days !== undefined && !(days >= 1 && days <= 730)) throw new UsageError('usage', `--deprecate-after ${days} is not 1 to 730 days`, { remedy: 'EC2 takes up to two years; leave it out for no deprecation' });
  return days;
}
