import { ExitCode } from '../../errors.ts';
import { fetchEvidence } from '../../evidence/index.ts';
import { defineCommand } from '../command.ts';
import { imageFrom, storeFrom, storeOptions } from '../options/store.ts';
import { policyFrom, trustFrom, trustOptions } from '../options/trust.ts';
import { noteTransfer } from './transfer.ts';
import { failureRecord, renderVerification, verificationData } from './verify-output.ts';

export const fetchCommand = defineCommand({
  command: 'fetch <image>',
  describe: 'download the evidence of an image, and verify it',
  options: (yargs) => storeOptions(trustOptions(yargs))
    .positional('image', { type: 'string', demandOption: true, describe: 'AMI id, GCP image (projects/P/global/images/NAME, or its name with --project), or a disk file' })
    .option('out', { alias: 'o', type: 'string', requiresArg: true, default: '.', describe: 'directory that it goes to' })
    .option('json', { type: 'boolean', default: false, describe: 'print the outcome as JSON, also when it is not trusted' }),
  handler: async (argv, io) => {
    const policy = policyFrom(argv);
    const [trust, store, imageId, now] = [await trustFrom(argv, io), await storeFrom(argv, io), await imageFrom(argv.image, argv), new Date()];
    const { verification, files } = await fetchEvidence(store, imageId, argv.out, { trust, policy, now, expect: {} }, noteTransfer(io)).catch((error: unknown) => {
      const record = failureRecord(error);
      if (argv.json && record !== undefined) io.out(record);
      throw error;
    });
    if (argv.json) io.out(`${JSON.stringify({ ...verificationData(verification), image_id: imageId, files_written: files }, null, 2)}\n`);
    else io.out(`${renderVerification(verification, now)}  bound to   ${imageId}, by a signature\n  ${files.bundle}\n  ${files.binding}\n`);
    return ExitCode.ok;
  },
});
