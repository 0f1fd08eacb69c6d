import { createHash } from 'node:crypto';
import { EvidenceError } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import type { Vouched } from '../vouch.ts';
import { type ImageFacts, tag, type Tags } from './facts.ts';
import { describeAction, planImage, type Wanted } from './plan.ts';
import type { Region } from './region.ts';
import { retirable, type RetentionPolicy } from './retention.ts';

/** An AMI as the second statement names it. */
export interface AmiName {
  region: string;
  account: string;
  id: string;
}

export interface AwsPublication {
  vouched: Vouched;
  /** The AMI that Packer registered. */
  source: { region: string; id: string };
  regionOf: (name: string) => Region;
  copyTo: readonly string[];
  /** KMS key of a region's copies; the account's default unless named. */
  kmsKeys: Readonly<Record<string, string>>;
  shareWith: readonly string[];
  deprecateAfterDays: number | undefined;
  protect: boolean;
  retention: RetentionPolicy | undefined;
  dryRun: boolean;
  now: Date;
  emit: Emit;
  /** Signs and keeps what binds the bundle to these AMIs. @returns where the evidence can be had, when it is in a store */
  bind: (amis: readonly AmiName[]) => Promise<string | undefined>;
}

export interface AwsPublished {
  images: ImageFacts[];
  retired: ImageFacts[];
}

/**
 * Publishes a verified AMI: copies, binds, tags, shares, deprecates, protects, and retires what is old. Whatever was
 * done already is left alone, so a publication that was killed anywhere is finished by running it again.
 * @throws EvidenceError `image-mismatch` when the AMI is of another run; TargetError `aws-api`, `image-missing`, `image-failed`; ConfigurationError
 */
export async function publishAws(publication: AwsPublication): Promise<AwsPublished> {
  const { vouched, source, regionOf, emit, dryRun } = publication;
  const say = (message: string): void => { emit({ type: 'progress', message }); };
  const { appraisal: { verdict } } = vouched.verification;
  const original = await regionOf(source.region).awaitImage(source.id);
  assertOf(original, verdict.target, verdict.run);
  say(`${source.region}: ${original.id} (${original.name}) is what the evidence of run ${verdict.run} is of`);

  const images = [original];
  const copies: { region: Region; id: string }[] = [];
  for (const name of publication.copyTo.filter((region) => region !== source.region)) {
    const region = regionOf(name);
    const [existing] = await region.imagesNamed(original.name);
    if (existing !== undefined) {
      assertOf(existing, verdict.target, verdict.run);
      copies.push({ region, id: existing.id });
    } else {
      say(`${name}: copy ${original.id}`);
      if (!dryRun) copies.push({ region, id: await region.copyFrom(original, copyToken(name, original.id), lineTags(verdict), publication.kmsKeys[name]) });
    }
  }
  // All of them are under way: each is waited for only now.
  for (const { region, id } of copies) images.push(await region.awaitImage(id));

  const evidence = dryRun ? undefined : await publication.bind(images.map(({ region, account, id }) => ({ region, account, id })));
  const wanted: Wanted = {
    tags: { ...lineTags(verdict), ...evidenceTags(vouched), ...(evidence === undefined ? {} : { [tag.evidence]: evidence }) },
    shareWith: publication.shareWith, deprecateAfterDays: publication.deprecateAfterDays, protect: publication.protect,
  };
  for (const image of images) {
    for (const action of planImage(image, wanted)) {
      say(`${image.region}: ${image.id}: ${describeAction(action)}`);
      if (!dryRun) await regionOf(image.region).apply(image.id, action);
    }
  }
  const retired = publication.retention === undefined ? [] : await retire(publication, verdict.target, publication.retention, images.map(({ region }) => region));
  return { images, retired };
}

/** A template of one's own may write no tags; one that writes others is of something else. */
function assertOf(image: ImageFacts, name: string, run: string): void {
  const taggedRun = image.tags[tag.run];
  const taggedImage = image.tags[tag.image];
  if ((taggedRun !== undefined && taggedRun !== run) || (taggedImage !== undefined && taggedImage !== name)) {
    throw new EvidenceError('image-mismatch', `${image.region}: ${image.id} says that it is ${taggedImage ?? 'an image'} of run ${taggedRun ?? '-'}, the evidence is of ${name}, run ${run}`);
  }
}

function lineTags(verdict: { target: string; run: string }): Tags {
  return { Name: `${verdict.target}-${verdict.run}`, [tag.image]: verdict.target, [tag.run]: verdict.run };
}

function evidenceTags({ verification: { appraisal: { verdict } }, sha256 }: Vouched): Tags {
  return {
    [tag.baseline]: verdict.baseline.name,
    [tag.passRate]: String(verdict.pass_rate),
    [tag.content]: `${verdict.content.product} ${verdict.content.version}`,
    [tag.bundle]: sha256,
  };
}

/** The same for the same copy, so that EC2 itself makes no second one. At most 64 characters. */
function copyToken(region: string, image: string): string {
  return createHash('sha256').update(`cupel ${image} to ${region}`).digest('hex');
}

async function retire(publication: AwsPublication, image: string, policy: RetentionPolicy, regions: readonly string[]): Promise<ImageFacts[]> {
  const retired: ImageFacts[] = [];
  for (const name of regions) {
    const region = publication.regionOf(name);
    const line = await region.imagesTagged(tag.image, [image]);
    const old = retirable(line, new Set(), policy, publication.now);
    const used = await region.used(old.map(({ id }) => id));
    for (const candidate of retirable(line, used, policy, publication.now)) {
      publication.emit({ type: 'progress', message: `${name}: retire ${candidate.id} of ${candidate.created}` });
      if (!publication.dryRun) await region.remove(candidate);
      retired.push(candidate);
    }
    for (const kept of old.filter(({ id }) => used.has(id))) publication.emit({ type: 'progress', message: `${name}: ${kept.id} is old, but in use: kept` });
  }
  return retired;
}
