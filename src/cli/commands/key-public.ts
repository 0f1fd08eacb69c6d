import { createPublicKey } from 'node:crypto';
import { ExitCode } from '../../errors.ts';
import { describeKey, isKmsReference, type PublicKey, readPrivateKey, readPublicKeys } from '../../evidence/index.ts';
import { defineCommand } from '../command.ts';
import type { Io } from '../io.ts';
import { textAt } from '../options/secret.ts';
import { developmentKeyFile, kmsSignerAt, passphraseFrom } from '../options/signing.ts';

export const keyPublicCommand = defineCommand({
  command: 'public [key]',
  describe: 'print the public half of a private key as PEM, with its id on standard error',
  options: (yargs) => yargs
    .positional('key', { type: 'string', describe: 'PEM file, env:NAME, awskms:///… or gcpkms://…; default: the development key of this machine' })
    .option('signing-passphrase', { type: 'string', requiresArg: true, describe: 'passphrase of that key: a file, or env:NAME' }),
  handler: async (argv, io) => {
    const place = argv.key ?? developmentKeyFile(io);
    const keys = isKmsReference(place) ? [await kmsSignerAt(place, io)] : await keysAt(place, argv['signing-passphrase'], io);
    io.out(keys.map(({ key }) => key.export({ type: 'spki', format: 'pem' }).toString()).join(''));
    for (const { keyid, algorithm } of keys) io.note(`${algorithm} key ${keyid}`);
    return ExitCode.ok;
  },
});

async function keysAt(place: string, passphrase: string | undefined, io: Io): Promise<PublicKey[]> {
  const pem = await textAt(place, 'key', io);
  if (!pem.includes('PRIVATE KEY')) return readPublicKeys(pem, place);
  return [describeKey(createPublicKey(readPrivateKey(pem, place, await passphraseFrom(passphrase, io))), place)];
}
