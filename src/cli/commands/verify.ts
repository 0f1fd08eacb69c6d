import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Argv } from 'yargs';
import { ExitCode, UsageError } from '../../errors.ts';
import { assertSameImage, digestsOnDisk, digestsOnMachine, fetchEvidence, type ImageComparison, type Verification, verifyEvidence, type VerifyOptions } from '../../evidence/index.ts';
import { defineCommand } from '../command.ts';
import type { Io } from '../io.ts';
import { imageFrom, isInStore, storeFrom, type StoreArguments, storeOptions } from '../options/store.ts';
import { connectTarget, type TargetArguments, targetOptions } from '../options/target.ts';
import { policyFrom, trustFrom, trustOptions } from '../options/trust.ts';
import { failureRecord, renderVerification, verificationRecord } from './verify-output.ts';

export const verifyCommand = defineCommand({
  command: 'verify <evidence>',
  describe: 'check the evidence of an image: signature, digests, agreement, the gate again',
  // The machine is reached with a key file: here --key is whom to trust.
  options: (yargs) => storeOptions(trustOptions(targetOptions(yargs) as Argv<Omit<TargetArguments, 'key'>>))
    .positional('evidence', { type: 'string', demandOption: true, describe: 'bundle (.cupel.tgz) or evidence directory; with --store the image: AMI id, GCP image, or a disk file; with CUPEL_STORE the id of an image, where no file has that name' })
    .option('image', { type: 'string', requiresArg: true, describe: 'the image that the evidence must be of' })
    .option('run', { type: 'string', requiresArg: true, describe: 'the run UUID that it must be of' })
    .option('root', { type: 'string', requiresArg: true, describe: 'mounted disk of the image, or / : its files must be those of the evidence' })
    .option('json', { type: 'boolean', default: false, describe: 'print the outcome as JSON, also when it is not trusted' }),
  handler: async (argv, io) => {
    const policy = policyFrom(argv);
    const trust = await trustFrom(argv, io);
    const now = new Date();
    try {
      const options: VerifyOptions = {
        trust, policy, now,
        expect: { ...(argv.image === undefined ? {} : { image: argv.image }), ...(argv.run === undefined ? {} : { run: argv.run.toLowerCase() }) },
      };
      const verification = await isInStore(argv.evidence, argv, io) ? await verifyImage(argv.evidence, argv, options, io) : await verifyEvidence(argv.evidence, options);
      const machine = await comparison(verification, argv, io);
      io.out(argv.json ? verificationRecord(verification, machine) : renderVerification(verification, now, machine));
      return verification.reasons.length === 0 ? ExitCode.ok : ExitCode.refused;
    } catch (error) {
      const record = failureRecord(error);
      if (argv.json && record !== undefined) io.out(record);
      throw error;
    }
  },
});

/** The disk or the running machine that was given, held against the evidence. */
async function comparison(verification: Verification, argv: Readonly<Omit<TargetArguments, 'key'> & { root: string | undefined }>, io: Io): Promise<ImageComparison | undefined> {
  if (argv.root !== undefined) {
    if (argv.host !== undefined) throw new UsageError('target-two', '--root and --host exclude each other', { remedy: 'give one of them' });
    return await assertSameImage(verification, argv.root, await digestsOnDisk(argv.root));
  }
  if (argv.host === undefined) return undefined;
  const target = await connectTarget({ ...argv, key: undefined }, io);
  try {
    return await assertSameImage(verification, target.name, digestsOnMachine(target));
  } finally {
    await target.close();
  }
}

/** What a store has of an image, looked at and left there. */
async function verifyImage(image: string, argv: Readonly<StoreArguments>, options: VerifyOptions, io: Io): Promise<Verification> {
  const scratch = await mkdtemp(join(tmpdir(), 'cupel-verify-'));
  try {
    return (await fetchEvidence(await storeFrom(argv, io), await imageFrom(image, argv), scratch, options)).verification;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
