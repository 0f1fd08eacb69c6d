import type { Argv } from 'yargs';
import { UsageError } from '../../errors.ts';
import { developmentKey, type Policy, readPublicKeys, readTrustedRoot, type Trust } from '../../evidence/index.ts';
import type { Io } from '../io.ts';
import { textAt } from './secret.ts';
import { developmentKeyFile } from './signing.ts';

/** Whom to trust. */
export interface WhomArguments {
  key: string[];
  'allow-development-key': boolean;
  'trusted-root': string | undefined;
  identity: string[];
  issuer: string | undefined;
}

export interface TrustArguments extends WhomArguments {
  signer: string[] | undefined;
  'min-pass-rate': number | undefined;
  'max-age': number | undefined;
  baseline: string | undefined;
  'refuse-expired': boolean;
}

export function whomOptions<T>(yargs: Argv<T>): Argv<T & WhomArguments> {
  return yargs
    .option('key', { type: 'string', array: true, nargs: 1, default: [] as string[], describe: 'public key to trust, PEM file (one or more keys) or env:NAME; may be repeated' })
    .option('allow-development-key', { type: 'boolean', default: false, describe: 'take a hallmark that was signed with a development key' })
    .option('trusted-root', { type: 'string', requiresArg: true, describe: 'trust hallmarks signed without a key, under this trusted_root.json of a Sigstore instance; with --identity and --issuer' })
    .option('identity', { type: 'string', array: true, nargs: 1, default: [] as string[], describe: 'who may have signed without a key, to the letter: URI of a workflow, or e-mail address; may be repeated' })
    .option('issuer', { type: 'string', requiresArg: true, describe: 'OIDC issuer of these identities, to the letter' });
}

/** Whom to trust and what to ask for, the same for every command that verifies evidence. */
export function trustOptions<T>(yargs: Argv<T>): Argv<T & TrustArguments> {
  return whomOptions(yargs)
    .option('signer', { type: 'string', array: true, nargs: 1, describe: 'policy: id of a key that may have signed; may be repeated' })
    .option('min-pass-rate', { type: 'number', requiresArg: true, describe: 'policy: least pass rate, 0 to 1' })
    .option('max-age', { type: 'number', requiresArg: true, describe: 'policy: most days since the assay' })
    .option('baseline', { type: 'string', requiresArg: true, describe: 'policy: name or SHA-256 of the baseline' })
    .option('refuse-expired', { type: 'boolean', default: false, describe: 'policy: no ignore entry may have expired since' });
}

/** The keys and identities to trust. @throws UsageError `identity-unnamed`, ConfigurationError `public-key`, `trusted-root` */
export async function trustFrom(argv: Readonly<Pick<WhomArguments, 'key' | 'allow-development-key'> & Partial<WhomArguments>>, io: Io): Promise<Trust> {
  const keyless = await keylessFrom(argv, io);
  const files = await Promise.all(argv.key.map(async (place) => readPublicKeys(await textAt(place, 'key', io), place)));
  return { keys: files.flat(), developmentKey: await developmentKey(developmentKeyFile(io)), allowDevelopment: argv['allow-development-key'], ...(keyless === undefined ? {} : { keyless }) };
}

/** Any identity of any issuer can get a certificate: a trusted root alone trusts everybody. */
async function keylessFrom({ 'trusted-root': root, identity: identities = [], issuer }: Readonly<Partial<WhomArguments>>, io: Io): Promise<Trust['keyless']> {
  if (root === undefined && identities.length === 0 && issuer === undefined) return undefined;
  if (root === undefined || identities.length === 0 || identities.includes('') || issuer === undefined || issuer === '') {
    throw new UsageError('identity-unnamed', '--trusted-root, --identity and --issuer belong together');
  }
  return { root: await readTrustedRoot(await textAt(root, 'trusted-root', io), root), issuer, identities };
}

/** Whether anybody was named. */
export function isTrustGiven(argv: Readonly<WhomArguments>): boolean {
  return argv.key.length > 0 || argv['allow-development-key'] || argv['trusted-root'] !== undefined;
}

/** Where what does not verify is taken away, a forgotten option must not be the reason. @throws UsageError */
export function assertTrustGiven(argv: Readonly<TrustArguments>): void {
  if (!isTrustGiven(argv)) throw new UsageError('usage', 'whose hallmark should count?', { remedy: 'give --key with the public key of the factory, or --trusted-root with --identity and --issuer' });
}

/** @throws UsageError */
export function policyFrom(argv: Readonly<TrustArguments>): Policy {
  const rate = argv['min-pass-rate'];
  const age = argv['max-age'];
  if (rate !== undefined && !(rate >= 0 && rate <= 1)) throw new UsageError('usage', `--min-pass-rate ${rate} is not between 0 and 1`, { remedy: 'give the part that must pass: 0.98 for 98 %' });
  if (age !== undefined && !(age >= 0)) throw new UsageError('usage', `--max-age ${age} is no number of days`, { remedy: 'give the most days that there may be since the assay: 30' });
  const bad = argv.signer?.find((id) => !/^[0-9a-f]{64}$/.test(id));
  if (bad !== undefined) throw new UsageError('usage', `--signer ${bad} is not the id of a key`, { remedy: 'its 64 hexadecimal digits, as cupel key public prints them' });
  return {
    ...(rate === undefined ? {} : { minPassRate: rate }),
    ...(age === undefined ? {} : { maxAgeDays: age }),
    ...(argv.signer === undefined ? {} : { signers: argv.signer }),
    ...(argv.baseline === undefined ? {} : { baseline: argv.baseline }),
    refuseExpired: argv['refuse-expired'],
  };
}
