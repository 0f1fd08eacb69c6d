import { createHash } from 'node:crypto';
import { EvidenceError, TargetError } from '../../errors.ts';
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
  /** The AMI that Packer registered, claimed by its evidence. */
  original: ImageFacts;
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
  /** Signs and keeps what binds the bundle to these AMIs. @returns where the evidence can be had */
  bind: (amis: readonly AmiName[]) => Promise<string>;
}

export interface AwsPublished {
  images: ImageFacts[];
  retired: ImageFacts[];
}

/**
 * The AMI that verified evidence is of, once it is available.
 * @throws EvidenceError `image-mismatch` when the AMI says that it is of another run; TargetError `image-missing`, `image-failed`, `aws-api`
 */
export async function claimAws(region: Region, id: string, { verification: { appraisal: { verdict } } }: Vouched): Promise<ImageFacts> {
  const image = await region.awaitImage(id);
  const foreign = foreignTags(image, verdict);
  if (foreign !== undefined) throw new EvidenceError('image-mismatch', `${region.name}: ${id} says that it is ${foreign}, the evidence is of ${verdict.target}, run ${verdict.run}`);
  return image;
}

/**
 * Publishes a verified AMI: copies, binds, tags, shares, deprecates, protects, and retires what is old. Whatever was
 * done already is left alone, so a publication that was killed anywhere is finished by running it again.
 * @throws TargetError `aws-api`, `image-missing`, `image-failed`, `copy-conflict`; ConfigurationError `aws-credentials`, `aws-permission`
 */
export async function publishAws(publication: AwsPublication): Promise<AwsPublished> {
  const { vouched, original, regionOf, emit, dryRun } = publication;
  const say = (message: string): void => { emit({ type: 'progress', message }); };
  const { appraisal: { verdict } } = vouched.verification;
  say(`${original.region}: ${original.id} (${original.name}) is what the evidence of run ${verdict.run} is of`);

  const images = [original];
  const copies: { region: Region; id: string }[] = [];
  for (const name of publication.copyTo.filter((region) => region !== original.region)) {
    const region = regionOf(name);
    const [existing] = await region.imagesNamed(original.name);
    if (existing !== undefined) {
      const foreign = foreignTags(existing, verdict);
      if (foreign !== undefined) throw new TargetError('copy-conflict', `${name}: ${existing.id} has the name ${original.name}, but says that it is ${foreign}`);
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
  const retired = publication.retention === undefined ? [] : await retire(publication, images, publication.retention);
  return { images, retired };
}

/** What an image says that it is, when that is something else. A template of one's own may write no tags. */
function foreignTags({ tags }: ImageFacts, { target, run }: { target: string; run: string }): string | undefined {
  const [taggedImage, taggedRun] = [tags[tag.image] ?? target, tags[tag.run] ?? run];
  return taggedImage === target && taggedRun === run ? undefined : `${taggedImage}, run ${taggedRun}`;
}

function lineTags(verdict: { target: string; run: string }): Tags {
  return { Name: `${verdict.target}-${verdict.run}`, [tag.image]: verdict.target, [tag.run]: verdict.run };
}

function evidenceTags({ verification: { appraisal: { verdict } }, sha256 }: Vouched): Tags {
  const [until] = verdict.ignored.map(({ expires }) => expires).sort();
  return {
    ...(until === undefined ? {} : { [tag.ignoresUntil]: until }),
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

/** What was published just now stays, even where clocks say that something else is newer. */
async function retire(publication: AwsPublication, images: readonly ImageFacts[], policy: RetentionPolicy): Promise<ImageFacts[]> {
  const retired: ImageFacts[] = [];
  for (const { region: name, id } of images) {
    const region = publication.regionOf(name);
    const line = await region.imagesTagged(tag.image, publication.vouched.verification.appraisal.verdict.target);
    const old = retirable(line, new Set([id]), policy, publication.now);
    const used = await region.used(old.map(({ id }) => id));
    for (const candidate of old.filter((one) => !used.has(one.id))) {
      publication.emit({ type: 'progress', message: `${name}: retire ${candidate.id} of ${candidate.created}` });
      if (!publication.dryRun) await region.remove(candidate);
      retired.push(candidate);
    }
    for (const kept of old.filter((one) => used.has(one.id))) publication.emit({ type: 'progress', message: `${name}: ${kept.id} is old, but in use: kept` });
  }
  return retired;
}
