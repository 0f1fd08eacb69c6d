import { EvidenceError, ExitCode, RefusedError, UsageError } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import { type AwsPublished, claimAws, type PackedBuild, publishAws, readManifest, rejectAws, type Vouched, vouchFor } from '../../publish/index.ts';
import { defineCommand } from '../command.ts';
import { awsOptions, Regions } from '../options/aws.ts';
import { binderFrom, bindingOptions } from '../options/binding.ts';
import { buildOptions } from '../options/build.ts';
import { deprecationFrom, kmsKeysFrom, publishingOptions, retentionFrom, sharesFrom } from '../options/publishing.ts';
import { signingOptions } from '../options/signing.ts';
import { assertTrustGiven, policyFrom, trustFrom, trustOptions } from '../options/trust.ts';

export const publishAwsCommand = defineCommand({
  command: 'aws',
  describe: 'publish the AMI of a Packer build when its evidence verifies, reject it when not',
  options: (yargs) => buildOptions(bindingOptions(publishingOptions(awsOptions(trustOptions(signingOptions(yargs))))))
    .option('on-failure', { choices: ['deregister', 'quarantine'] as const, default: 'deregister' as const, describe: 'what becomes of an AMI that does not verify' }),
  handler: async (argv, io) => {
    assertTrustGiven(argv);
    const wishes = { shareWith: sharesFrom(argv), kmsKeys: kmsKeysFrom(argv), retention: retentionFrom(argv), deprecateAfterDays: deprecationFrom(argv), copyTo: argv['copy-to'], protect: argv.protect };
    const [policy, trust, bind] = [policyFrom(argv), await trustFrom(argv, io), await binderFrom(argv, io)];
    const build = await readManifest(argv.manifest, 'amazon-ebs');
    const source = sourceOf(build, argv.manifest);
    const [now, dryRun] = [new Date(), argv['dry-run']];
    const emit: Emit = (event) => { if (event.type === 'progress') io.note(event.message); };
    const regions = new Regions(argv);
    for (const region of wishes.copyTo) regions.of(region);
    try {
      let vouched: Vouched;
      let original: Awaited<ReturnType<typeof claimAws>>;
      try {
        vouched = await vouchFor(build, { evidence: argv.evidence, trust, policy, now });
        original = await claimAws(regions.of(source.region), source.id, vouched);
      } catch (error) {
        // Only for what the evidence says: a lost connection is no reason to take an image away.
        if (error instanceof EvidenceError || error instanceof RefusedError) {
          io.note(`cupel: nobody can vouch for ${source.id}: ${error.message}`);
          await rejectAws(regions.of(source.region), source.id, argv['on-failure'], dryRun, emit);
        }
        throw error;
      }
      const published = await publishAws({
        ...wishes, vouched, original, dryRun, now, emit, regionOf: (name) => regions.of(name),
        bind: (amis) => bind(vouched, amis.map(({ id, region, account }) => ({ provider: 'aws', imageId: id, region, account }))),
      });
      io.out(argv.json ? JSON.stringify(recordOf(published, vouched, regions.calls, dryRun)) : summaryOf(published, vouched, regions.calls, dryRun));
      return ExitCode.ok;
    } finally {
      regions.close();
    }
  },
});

/** @throws EvidenceError `manifest-unreadable`; UsageError `manifest-ambiguous`: Packer's own copies have no evidence of their own */
function sourceOf(build: PackedBuild, manifest: string): { region: string; id: string } {
  const amis = build.artifact.split(',');
  const [, region, id] = /^([a-z0-9-]+):(ami-[0-9a-f]+)$/.exec(amis[0] ?? '') ?? [];
  if (region === undefined || id === undefined) throw new EvidenceError('manifest-unreadable', `${manifest}: "${build.artifact}" is no AMI`, { subject: manifest });
  if (amis.length > 1) throw new UsageError('manifest-ambiguous', `${manifest} names ${amis.length} AMIs`, { remedy: 'leave ami_regions out of the template and give --copy-to here' });
  return { region, id };
}

export function recordOf({ images, retired }: AwsPublished, { verification: { appraisal: { verdict } }, sha256, bundle }: Vouched, calls: number, dryRun: boolean): unknown {
  return {
    dry_run: dryRun, image: verdict.target, run: verdict.run, pass_rate: verdict.pass_rate, bundle: { path: bundle, sha256 }, api_calls: calls,
    amis: images.map(({ region, id, account }) => ({ region, id, account })), retired: retired.map(({ region, id }) => ({ region, id })),
  };
}

export function summaryOf({ images, retired }: AwsPublished, { verification: { appraisal: { verdict } } }: Vouched, calls: number, dryRun: boolean): string {
  const lines = images.map(({ region, id }) => `  ${region.padEnd(16)} ${id}`);
  const old = retired.map(({ region, id }) => `  ${region.padEnd(16)} ${id}  retired`);
  return [`${dryRun ? 'WOULD PUBLISH' : 'PUBLISHED'}  ${verdict.target}, run ${verdict.run}, by ${verdict.baseline.name}  (${calls} API calls)`, ...lines, ...old].join('\n');
}
