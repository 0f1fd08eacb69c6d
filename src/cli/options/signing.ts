import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Argv } from 'yargs';
import { developmentSigner, isKeylessReference, isKmsReference, keylessSigner, kmsSigner, readPrivateKey, readSigningConfig, type Signer, signerOf } from '../../evidence/index.ts';
import type { Io } from '../io.ts';
import { packageVersion } from '../package.ts';
import { textAt } from './secret.ts';

export interface SigningArguments {
  'signing-key': string | undefined;
  'signing-passphrase': string | undefined;
}

export function signingOptions<T>(yargs: Argv<T>): Argv<T & SigningArguments> {
  return yargs
    .option('signing-key', { type: 'string', requiresArg: true, describe: 'private key of the hallmark: a PEM file, env:NAME, awskms:///alias/NAME, gcpkms://projects/…, or keyless:FILE with the signing configuration of a Sigstore instance; default: what CUPEL_SIGNING_KEY says, or a development key that nobody trusts' })
    .option('signing-passphrase', { type: 'string', requiresArg: true, describe: 'passphrase of that key: a file, or env:NAME' });
}

/** The signer asked for, or the development key. @throws UsageError, ConfigurationError `signing-key…`, `kms-…`, `signing-config`, `identity-token`, `key-algorithm`, `development-key` */
export async function signerFrom(argv: Readonly<SigningArguments>, io: Io): Promise<Signer> {
  const place = argv['signing-key'] ?? io.env['CUPEL_SIGNING_KEY'];
  if (place === undefined) return await developmentSigner(developmentKeyFile(io));
  if (isKmsReference(place)) return await kmsSignerAt(place, io);
  if (isKeylessReference(place)) {
    const file = place.replace(/^keyless:/, '');
    return await keylessSigner(await readSigningConfig(await textAt(file, 'signing-key', io), file, new Date()));
  }
  return signerOf(readPrivateKey(await textAt(place, 'signing-key', io), place, await passphraseFrom(argv['signing-passphrase'] ?? io.env['CUPEL_SIGNING_PASSPHRASE'], io)), place);
}

/** @throws ConfigurationError `kms-…`, `key-algorithm` */
export async function kmsSignerAt(place: string, io: Pick<Io, 'env'>): Promise<Signer> {
  // As gcloud is told of another endpoint; AWS's SDK reads its own variables.
  return await kmsSigner(place, { googleEndpoint: io.env['CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS'] });
}

/** An editor's newline at the end is no part of a passphrase. */
export async function passphraseFrom(place: string | undefined, io: Pick<Io, 'env'>): Promise<string | undefined> {
  return place === undefined ? undefined : (await textAt(place, 'signing-passphrase', io)).replace(/\r?\n$/, '');
}

/** Where the development key is kept: under `XDG_DATA_HOME`, which the specification wants absolute. */
export function developmentKeyFile(io: Pick<Io, 'env'>): string {
  const data = io.env['XDG_DATA_HOME'];
  return join(data !== undefined && isAbsolute(data) ? data : join(io.env['HOME'] ?? homedir(), '.local', 'share'), 'cupel', 'development-key.pem');
}

/** Who signs, for people. */
export function signerName({ keyid, algorithm, development, certify }: Signer): string {
  if (certify !== undefined) return `the identity of this run (key ${keyid})`;
  return `${algorithm} key ${keyid}${development ? ' (development key)' : ''}`;
}

/** Name and version of this program, as statements name it. */
export function producer(): string {
  return `cupel ${packageVersion()}`;
}
