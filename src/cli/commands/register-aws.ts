import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ExitCode, UsageError } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import { type EvidenceStore, fetchEvidence, type VerifyOptions } from '../../evidence/index.ts';
import { type BootMode, claimAws, type Disk, openDisk, publishAws, registerAws, Registrar, type Vouched } from '../../publish/index.ts';
import { defineCommand } from '../command.ts';
import { awsOptions, Regions } from '../options/aws.ts';
import { binderFrom, bindingOptions } from '../options/binding.ts';
import { contentCache } from '../options/content.ts';
import { deprecationFrom, kmsKeysFrom, publishingOptions, retentionFrom, sharesFrom } from '../options/publishing.ts';
import { signingOptions } from '../options/signing.ts';
import { imageFrom, storeFrom } from '../options/store.ts';
import { assertTrustGiven, policyFrom, trustFrom, trustOptions } from '../options/trust.ts';
import { recordOf, summaryOf } from './publish-aws.ts';

const bootModes = ['legacy-bios', 'uefi', 'uefi-preferred'] as const;
const architectures = { amd64: 'x86_64', arm64: 'arm64' } as const;

export const registerAwsCommand = defineCommand({
  command: 'aws',
  describe: 'make a disk an AMI through EBS direct APIs, and publish it',
  options: (yargs) => bindingOptions(publishingOptions(awsOptions(trustOptions(signingOptions(yargs)))))
    .option('disk', { type: 'string', demandOption: true, requiresArg: true, describe: 'qcow2 or raw file that the store has verified evidence of' })
    .option('region', { type: 'string', demandOption: true, requiresArg: true, describe: 'region that the AMI is registered in' })
    .option('architecture', { choices: ['amd64', 'arm64'] as const, default: 'amd64' as const, describe: 'processor of the image' })
    .option('boot-mode', { choices: bootModes, describe: 'how it boots; what its partitions are made for unless given' })
    .option('encrypt', { type: 'boolean', default: true, describe: 'encrypt the snapshot: with the key that --kms-key names for the region, or the account\'s default' })
    .option('dry-run', { type: 'boolean', default: false, describe: 'say what would be done, and change nothing' })
    .option('json', { type: 'boolean', default: false, describe: 'print what was published as JSON' }),
  handler: async (argv, io) => {
    assertTrustGiven(argv);
    const wishes = { shareWith: sharesFrom(argv), kmsKeys: kmsKeysFrom(argv), retention: retentionFrom(argv), deprecateAfterDays: deprecationFrom(argv), copyTo: argv['copy-to'], protect: argv.protect };
    const kmsKey = argv.encrypt ? wishes.kmsKeys[argv.region] ?? '' : undefined;
    if (kmsKey !== undefined && kmsKey !== '' && !kmsKey.startsWith('arn:')) throw new UsageError('usage', `--kms-key ${argv.region}=${kmsKey} is no ARN`, { remedy: 'EBS direct APIs take a key by its whole ARN alone' });
    if (!await stat(argv.disk).then((found) => found.isFile(), () => false)) throw new UsageError('disk-missing', `there is no disk ${argv.disk}`);
    const [options, bind, store] = [{ policy: policyFrom(argv), trust: await trustFrom(argv, io), now: new Date(), expect: {} }, await binderFrom(argv, io), await storeFrom(argv, io)];
    const dryRun = argv['dry-run'];
    const emit: Emit = (event) => { if (event.type === 'progress') io.note(event.message); };
    const regions = new Regions(argv);
    for (const region of [argv.region, ...wishes.copyTo]) regions.of(region);
    let calls = 0;
    const registrar = new Registrar(argv.region, { waitSeconds: argv.wait, onCall: () => { calls++; } });
    const scratch = await mkdtemp(join(tmpdir(), 'cupel-register-'));
    try {
      const imageId = await imageFrom(argv.disk, { project: undefined });
      const vouched = await vouchedFor(imageId, store, scratch, options);
      const { verdict } = vouched.verification.appraisal;
      io.note(`${argv.disk} is the disk of ${verdict.target}, run ${verdict.run}`);
      const disk = await openDisk(argv.disk, imageId.replace('sha256:', ''), scratch);
      const region = regions.of(argv.region);
      const id = await registerAws({
        vouched, disk, boot: bootOf(disk, argv), architecture: architectures[argv.architecture], kmsKey, registrar, region,
        journals: join(dirname(contentCache(io)), 'uploads'), dryRun, emit,
      });
      if (id === undefined) {
        io.out(argv.json ? JSON.stringify({ dry_run: true, image: verdict.target, run: verdict.run, amis: [] }) : `WOULD REGISTER  ${verdict.target}, run ${verdict.run}, in ${argv.region}`);
        return ExitCode.ok;
      }
      const published = await publishAws({
        ...wishes, vouched, original: await claimAws(region, id, vouched), dryRun, now: options.now, emit, regionOf: (name) => regions.of(name),
        bind: (amis) => bind(vouched, amis.map(({ id: ami, region: where, account }) => ({ provider: 'aws', imageId: ami, region: where, account }))),
      });
      io.out(argv.json ? JSON.stringify(recordOf(published, vouched, calls + regions.calls, dryRun)) : summaryOf(published, vouched, calls + regions.calls, dryRun));
      return ExitCode.ok;
    } finally {
      registrar.close();
      regions.close();
      await rm(scratch, { recursive: true, force: true });
    }
  },
});

/** The bundle that a signature ties to this very disk, verified. @throws EvidenceError, RefusedError */
async function vouchedFor(imageId: string, store: EvidenceStore, scratch: string, options: VerifyOptions): Promise<Vouched> {
  const { verification, files: { bundle } } = await fetchEvidence(store, imageId, scratch, options);
  const bytes = await readFile(bundle);
  return { verification, bundle, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
}

/** @throws UsageError `disk-unbootable` */
function bootOf({ file, boot }: Disk, argv: { 'boot-mode': BootMode | undefined; architecture: keyof typeof architectures }): BootMode {
  const mode = argv['boot-mode'] ?? boot;
  if (mode === undefined) throw new UsageError('disk-unbootable', `${file} has neither an EFI system partition nor boot code for a BIOS`);
  if (argv.architecture === 'arm64' && mode !== 'uefi') throw new UsageError('disk-unbootable', `${file} boots by ${mode}, machines with arm64 know UEFI alone`, { remedy: 'build it with an EFI system partition, or give the right --architecture' });
  return mode;
}
