import { CupelError, EvidenceError, ExitCode, RefusedError, UsageError } from '../../errors.ts';
import { developmentKey, type Policy, readPublicKeys, type Trust, verifyEvidence } from '../../evidence/index.ts';
import { defineCommand } from '../command.ts';
import type { Io } from '../io.ts';
import { textAt } from '../options/secret.ts';
import { developmentKeyFile } from '../options/signing.ts';
import { renderVerification, verificationRecord } from './verify-output.ts';

export const verifyCommand = defineCommand({
  command: 'verify <evidence>',
  describe: 'check the evidence of an image: signature, digests, agreement, the gate again',
  options: (yargs) => yargs
    .positional('evidence', { type: 'string', demandOption: true, describe: 'bundle (.cupel.tgz), or evidence directory' })
    .option('key', { type: 'string', array: true, nargs: 1, default: [] as string[], describe: 'public key to trust, PEM file (one or more keys) or env:NAME; may be repeated' })
    .option('allow-development-key', { type: 'boolean', default: false, describe: 'take a hallmark that was signed with a development key' })
    .option('image', { type: 'string', requiresArg: true, describe: 'the image that the evidence must be of' })
    .option('run', { type: 'string', requiresArg: true, describe: 'the run UUID that it must be of' })
    .option('signer', { type: 'string', array: true, nargs: 1, describe: 'policy: id of a key that may have signed; may be repeated' })
    .option('min-pass-rate', { type: 'number', requiresArg: true, describe: 'policy: least pass rate, 0 to 1' })
    .option('max-age', { type: 'number', requiresArg: true, describe: 'policy: most days since the assay' })
    .option('baseline', { type: 'string', requiresArg: true, describe: 'policy: name or SHA-256 of the baseline' })
    .option('refuse-expired', { type: 'boolean', default: false, describe: 'policy: no ignore entry may have expired since' })
    .option('json', { type: 'boolean', default: false, describe: 'print the outcome as JSON, also when it is not trusted' }),
  handler: async (argv, io) => {
    const policy = policyOf(argv);
    const trust = await trustOf(argv, io);
    const now = new Date();
    try {
      const verification = await verifyEvidence(argv.evidence, {
        trust, policy, now,
        expect: { ...(argv.image === undefined ? {} : { image: argv.image }), ...(argv.run === undefined ? {} : { run: argv.run.toLowerCase() }) },
      });
      io.out(argv.json ? verificationRecord(verification) : renderVerification(verification, now));
      return verification.reasons.length === 0 ? ExitCode.ok : ExitCode.refused;
    } catch (error) {
      if (argv.json && (error instanceof EvidenceError || error instanceof RefusedError)) io.out(failureRecord(error));
      throw error;
    }
  },
});

interface Arguments {
  key: string[];
  'allow-development-key': boolean;
  signer: string[] | undefined;
  'min-pass-rate': number | undefined;
  'max-age': number | undefined;
  baseline: string | undefined;
  'refuse-expired': boolean;
}

async function trustOf(argv: Readonly<Arguments>, io: Io): Promise<Trust> {
  const files = await Promise.all(argv.key.map(async (place) => readPublicKeys(await textAt(place, 'key', io), place)));
  return { keys: files.flat(), developmentKey: await developmentKey(developmentKeyFile(io)), allowDevelopment: argv['allow-development-key'] };
}

/** @throws UsageError */
function policyOf(argv: Readonly<Arguments>): Policy {
  const rate = argv['min-pass-rate'];
  const age = argv['max-age'];
  if (rate !== undefined && !(rate >= 0 && rate <= 1)) throw new UsageError('usage', `--min-pass-rate ${rate} is not between 0 and 1`);
  if (age !== undefined && !(age >= 0)) throw new UsageError('usage', `--max-age ${age} is no number of days`);
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

function failureRecord(error: CupelError): string {
  const result = error instanceof RefusedError ? 'refused' : 'untrusted';
  return `${JSON.stringify({ schema: 'https://cupel.dev/schema/verification/v1', result, reasons: [{ code: error.code, message: error.message }] }, null, 2)}\n`;
}
