import { EvidenceError, ExitCode, RefusedError, UsageError } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import { claimGcp, type GcpImage, publishGcp, readManifest, rejectGcp, type Vouched, vouchFor } from '../../publish/index.ts';
import { defineCommand } from '../command.ts';
import { binderFrom, bindingOptions } from '../options/binding.ts';
import { buildOptions } from '../options/build.ts';
import { computeFrom, gcpOptions } from '../options/gcp.ts';
import { signingOptions } from '../options/signing.ts';
import { assertTrustGiven, policyFrom, trustFrom, trustOptions } from '../options/trust.ts';

const member = /^(user|serviceAccount|group|domain|principal|principalSet):\S+$/;

export const publishGcpCommand = defineCommand({
  command: 'gcp',
  describe: 'publish the Google Cloud image of a Packer build when its evidence verifies, reject it when not',
  options: (yargs) => buildOptions(bindingOptions(gcpOptions(trustOptions(signingOptions(yargs)))))
    .option('family', { type: 'string', requiresArg: true, describe: 'image family that it becomes the newest of' })
    .option('share-with', { type: 'string', array: true, nargs: 1, default: [] as string[], describe: 'IAM member that may use it, such as serviceAccount:NAME or group:NAME; may be repeated' })
    .option('keep', { type: 'number', requiresArg: true, describe: 'deprecate published images of this name beyond the newest N; none unless given' })
    .option('on-failure', { choices: ['delete', 'quarantine'] as const, default: 'delete' as const, describe: 'what becomes of an image that does not verify' }),
  handler: async (argv, io) => {
    assertTrustGiven(argv);
    const bad = argv['share-with'].find((who) => !member.test(who));
    if (bad !== undefined) throw new UsageError('usage', `--share-with ${bad} is no IAM member`, { remedy: 'write it as IAM does: serviceAccount:NAME, group:NAME, user:NAME or domain:NAME' });
    if (argv.keep !== undefined && !(Number.isInteger(argv.keep) && argv.keep >= 1)) throw new UsageError('usage', `--keep ${argv.keep} is not a number of images`, { remedy: 'keep at least 1' });
    const [policy, trust, bind] = [policyFrom(argv), await trustFrom(argv, io), await binderFrom(argv, io)];
    const build = await readManifest(argv.manifest, 'googlecompute');
    if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(build.artifact)) throw new EvidenceError('manifest-unreadable', `${argv.manifest}: "${build.artifact}" is no image name`, { subject: argv.manifest });
    let calls = 0;
    const images = computeFrom(argv, io, () => { calls++; });
    const emit: Emit = (event) => { if (event.type === 'progress') io.note(event.message); };
    let vouched: Vouched;
    let image: GcpImage;
    try {
      vouched = await vouchFor(build, { evidence: argv.evidence, trust, policy, now: new Date() });
      image = await claimGcp(images, build.artifact, vouched);
    } catch (error) {
      // Only for what the evidence says: a lost connection is no reason to take an image away.
      if (error instanceof EvidenceError || error instanceof RefusedError) {
        io.note(`cupel: nobody can vouch for ${build.artifact}: ${error.message}`);
        await rejectGcp(images, build.artifact, argv['on-failure'], argv['dry-run'], emit);
      }
      throw error;
    }
    const published = await publishGcp({
      vouched, image, images, family: argv.family, shareWith: argv['share-with'], keep: argv.keep, dryRun: argv['dry-run'], emit,
      bind: (imageId, account) => bind(vouched, [{ provider: 'gcp', imageId, account }]),
    });
    const { verdict } = vouched.verification.appraisal;
    io.out(argv.json
      ? JSON.stringify({ dry_run: argv['dry-run'], image: verdict.target, run: verdict.run, pass_rate: verdict.pass_rate, bundle: { path: vouched.bundle, sha256: vouched.sha256 }, api_calls: calls, name: image.name, project: image.project, deprecated: published.deprecated })
      : [`${argv['dry-run'] ? 'WOULD PUBLISH' : 'PUBLISHED'}  ${verdict.target}, run ${verdict.run}, by ${verdict.baseline.name}  (${calls} API calls)`, `  ${image.project}  ${image.name}`, ...published.deprecated.map((name) => `  ${image.project}  ${name}  deprecated`)].join('\n'));
    return ExitCode.ok;
  },
});
