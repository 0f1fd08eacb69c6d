import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CupelError, EvidenceError, ExitCode, RefusedError } from '../../errors.ts';
import { fetchEvidence, type Verification, verifyEvidence, type VerifyOptions } from '../../evidence/index.ts';
import { defineCommand } from '../command.ts';
import type { Io } from '../io.ts';
import { imageFrom, storeFrom, type StoreArguments, storeOptions } from '../options/store.ts';
import { policyFrom, trustFrom, trustOptions } from '../options/trust.ts';
import { renderVerification, verificationRecord } from './verify-output.ts';

export const verifyCommand = defineCommand({
  command: 'verify <evidence>',
  describe: 'check the evidence of an image: signature, digests, agreement, the gate again',
  options: (yargs) => storeOptions(trustOptions(yargs))
    .positional('evidence', { type: 'string', demandOption: true, describe: 'bundle (.cupel.tgz) or evidence directory; with --store the image: AMI id, GCP image, or a disk file' })
    .option('image', { type: 'string', requiresArg: true, describe: 'the image that the evidence must be of' })
    .option('run', { type: 'string', requiresArg: true, describe: 'the run UUID that it must be of' })
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
      const verification = argv.store === undefined ? await verifyEvidence(argv.evidence, options) : await verifyImage(argv.evidence, argv, options, io);
      io.out(argv.json ? verificationRecord(verification) : renderVerification(verification, now));
      return verification.reasons.length === 0 ? ExitCode.ok : ExitCode.refused;
    } catch (error) {
      if (argv.json && (error instanceof EvidenceError || error instanceof RefusedError)) io.out(failureRecord(error));
      throw error;
    }
  },
});

/** What a store has of an image, looked at and left there. */
async function verifyImage(image: string, argv: Readonly<StoreArguments>, options: VerifyOptions, io: Io): Promise<Verification> {
  const scratch = await mkdtemp(join(tmpdir(), 'cupel-verify-'));
  try {
    return (await fetchEvidence(await storeFrom(argv, io), await imageFrom(image, argv), scratch, options)).verification;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function failureRecord(error: CupelError): string {
  const result = error instanceof RefusedError ? 'refused' : 'untrusted';
  return `${JSON.stringify({ schema: 'https://cupel.dev/schema/verification/v1', result, reasons: [{ code: error.code, message: error.message }] }, null, 2)}\n`;
}
