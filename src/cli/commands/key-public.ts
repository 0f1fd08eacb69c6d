import { createPublicKey } from 'node:crypto';
import { ExitCode } from '../../errors.ts';
import { describeKey, readPrivateKey, readPublicKeys } from '../../evidence/index.ts';
import { defineCommand } from '../command.ts';
import { textAt } from '../options/secret.ts';
import { developmentKeyFile, passphraseFrom } from '../options/signing.ts';

export const keyPublicCommand = defineCommand({
  command: 'public [key]',
  describe: 'print the public half of a private key as PEM, with its id on standard error',
  options: (yargs) => yargs
    .positional('key', { type: 'string', describe: 'PEM file, or env:NAME; default: the development key of this machine' })
    .option('signing-passphrase', { type: 'string', requiresArg: true, describe: 'passphrase of that key: a file, or env:NAME' }),
  handler: async (argv, io) => {
    const place = argv.key ?? developmentKeyFile(io);
    const pem = await textAt(place, 'key', io);
    const keys = pem.includes('PRIVATE KEY')
      ? [describeKey(createPublicKey(readPrivateKey(pem, place, await passphraseFrom(argv['signing-passphrase'], io))), place)]
      : readPublicKeys(pem, place);
    io.out(keys.map(({ key }) => key.export({ type: 'spki', format: 'pem' }).toString()).join(''));
    for (const { keyid, algorithm } of keys) io.note(`${algorithm} key ${keyid}`);
    return ExitCode.ok;
  },
});
