import { writeFile } from 'node:fs/promises';
import { ExitCode, UsageError } from '../../errors.ts';
import { generatePrivateKey, keyAlgorithms, readPrivateKey, signerOf } from '../../evidence/index.ts';
import { defineCommand } from '../command.ts';
import { passphraseFrom } from '../options/signing.ts';

export const keyGenerateCommand = defineCommand({
  command: 'generate',
  describe: 'make a private key (PEM, PKCS #8), readable by its owner alone',
  options: (yargs) => yargs
    .option('out', { type: 'string', requiresArg: true, demandOption: true, describe: 'file to write; never overwritten' })
    .option('algorithm', { choices: keyAlgorithms, default: 'ed25519' as const, describe: 'kind of key' })
    .option('signing-passphrase', { type: 'string', requiresArg: true, describe: 'encrypt it with this passphrase: a file, or env:NAME' }),
  handler: async (argv, io) => {
    const passphrase = await passphraseFrom(argv['signing-passphrase'], io);
    if (passphrase === '') throw new UsageError('usage', 'the passphrase is empty', { remedy: 'give one, or leave --signing-passphrase out' });
    const pem = generatePrivateKey(argv.algorithm, passphrase);
    await writeFile(argv.out, pem, { flag: 'wx', mode: 0o600 }).catch((cause: unknown) => {
      const { code } = cause as NodeJS.ErrnoException;
      const remedy = code === 'EEXIST' ? 'a key is never overwritten: name a new file' : code === 'ENOENT' ? 'make its folder first, for its owner alone: mkdir -m 700' : 'name a file in a folder that can be written';
      throw new UsageError('key-unwritable', `--out ${argv.out}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, remedy });
    });
    io.out(`${argv.out}\n  ${argv.algorithm} key ${signerOf(readPrivateKey(pem, argv.out, passphrase), argv.out).keyid}\n  its public half: cupel key public ${argv.out}`);
    return ExitCode.ok;
  },
});
