import { stat } from 'node:fs/promises';
import { sealEvidence } from '../../evidence/index.ts';
import { ExitCode, UsageError } from '../../errors.ts';
import { defineCommand } from '../command.ts';
import { reportDrawer } from '../options/drawing.ts';
import { producer, signerFrom, signerName, signingOptions } from '../options/signing.ts';

export const bundleCommand = defineCommand({
  command: 'bundle <directory>',
  describe: 'check, sign and pack the evidence of an accepted build',
  options: (yargs) => signingOptions(yargs)
    .positional('directory', { type: 'string', demandOption: true, describe: 'evidence directory of a build' })
    .option('json', { type: 'boolean', default: false, describe: 'print what was made as JSON' }),
  handler: async (argv, io) => {
    if (await stat(argv.directory).then((found) => !found.isDirectory(), () => false)) {
      throw new UsageError('bundle-directory', `${argv.directory}: is a file, not the evidence directory of a build`, { remedy: 'give the directory that cupel provision left; a .cupel.tgz is packed and signed already' });
    }
    const signer = await signerFrom(argv, io);
    const { bundle, bytes, sha256 } = await sealEvidence(argv.directory, signer, producer(), await reportDrawer());
    if (signer.development) io.note('cupel: signed with the development key; verification will say so (--signing-key gives it one to trust)');
    if (argv.json) io.out(JSON.stringify({ bundle, bytes, sha256, signer: { keyid: signer.keyid, algorithm: signer.algorithm, development: signer.development } }));
    else io.out(`${bundle}\n  ${bytes} bytes, sha256 ${sha256}\n  signed by ${signerName(signer)}`);
    return ExitCode.ok;
  },
});
