import { EvidenceError } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import type { Vouched } from '../vouch.ts';
import type { ComputeImages, IamPolicy } from './api.ts';
import { type GcpImage, imageIdOf, label, labelValue, type Labels } from './facts.ts';

export interface GcpPublication {
  vouched: Vouched;
  /** The image that Packer made, claimed by its evidence. */
  image: GcpImage;
  images: ComputeImages;
  /** Image family that it becomes the newest of. */
  family: string | undefined;
  /** IAM members that may use it: `serviceAccount:…`, `group:…`, `domain:…`. */
  shareWith: readonly string[];
  /** How many of the newest published images of this name to leave undeprecated; none are deprecated unless given. */
  keep: number | undefined;
  dryRun: boolean;
  emit: Emit;
  bind: (imageId: string, project: string) => Promise<string>;
}

export interface GcpPublished {
  image: GcpImage;
  deprecated: string[];
}

const userRole = 'roles/compute.imageUser';

/** @throws EvidenceError `image-mismatch` when the image says that it is of another run; TargetError, ConfigurationError */
export async function claimGcp(images: ComputeImages, name: string, { verification: { appraisal: { verdict } } }: Vouched): Promise<GcpImage> {
  const image = await images.await(name);
  const [taggedImage, taggedRun] = [image.labels[label.image] ?? labelValue(verdict.target), image.labels[label.run] ?? verdict.run];
  if (taggedImage !== labelValue(verdict.target) || taggedRun !== verdict.run) {
    throw new EvidenceError('image-mismatch', `${images.project}: ${name} says that it is ${taggedImage}, run ${taggedRun}, the evidence is of ${verdict.target}, run ${verdict.run}`);
  }
  return image;
}

/**
 * Publishes a verified image: binds, labels, shares, puts it into its family, deprecates its predecessors. What was done
 * already is left alone, so a publication that was killed anywhere is finished by running it again.
 * @throws TargetError `gcp-api`; ConfigurationError `gcp-credentials`, `gcp-permission`
 */
export async function publishGcp(publication: GcpPublication): Promise<GcpPublished> {
  const { image, images, family, vouched, emit } = publication;
  const { target, run } = vouched.verification.appraisal.verdict;
  const act = async (what: string, work: () => Promise<void>): Promise<void> => {
    emit({ type: 'progress', message: `${images.project}: ${image.name}: ${what}` });
    if (!publication.dryRun) await work();
  };
  emit({ type: 'progress', message: `${images.project}: ${image.name} is what the evidence of run ${run} is of` });
  if (!publication.dryRun) await publication.bind(imageIdOf(image), images.project);

  let current = image;
  const relabel = async (more: Labels): Promise<void> => {
    if (Object.entries(more).every(([key, value]) => current.labels[key] === value)) return;
    await act(`label ${Object.entries(more).map(([key, value]) => `${key}=${value}`).join(' ')}`, async () => {
      await images.setLabels(current, { ...current.labels, ...more });
      current = await images.await(image.name);
    });
  };
  await relabel(evidenceLabels(vouched));
  if (publication.shareWith.length > 0) {
    const policy = await images.policy(image.name);
    const missing = publication.shareWith.filter((member) => !members(policy).includes(member));
    if (missing.length > 0) await act(`let ${missing.join(', ')} use it`, () => images.setPolicy(image.name, withMembers(policy, [...members(policy), ...missing])));
  }
  // The family and the last label come only when all the rest is done: from then on machines start from it.
  if (family !== undefined && current.family !== family) await act(`put it into family ${family}`, () => images.setFamily(image.name, family));
  await relabel({ [label.state]: 'published' });
  return { image: current, deprecated: publication.keep === undefined ? [] : await deprecateOld(publication, labelValue(target), publication.keep, act) };
}

async function deprecateOld({ images, image }: GcpPublication, line: string, keep: number, act: (what: string, work: () => Promise<void>) => Promise<void>): Promise<string[]> {
  const old = (await images.labelled(label.image, line))
    .filter((one) => one.name !== image.name && one.labels[label.state] === 'published' && one.deprecated === undefined)
    .sort((a, b) => Date.parse(b.created) - Date.parse(a.created))
    .slice(Math.max(0, keep - 1));
  for (const one of old) await act(`deprecate ${one.name} of ${one.created}`, () => images.deprecate(one.name, image.selfLink));
  return old.map(({ name }) => name);
}

function evidenceLabels({ verification: { appraisal: { verdict } }, sha256 }: Vouched): Labels {
  const [until] = verdict.ignored.map(({ expires }) => expires).sort();
  return {
    [label.image]: labelValue(verdict.target), [label.run]: verdict.run, [label.baseline]: labelValue(verdict.baseline.name),
    [label.passRate]: labelValue(String(verdict.pass_rate)), [label.content]: labelValue(`${verdict.content.product}-${verdict.content.version}`), [label.bundle]: sha256.slice(0, 63),
    ...(until === undefined ? {} : { [label.ignoresUntil]: until }),
  };
}

function members(policy: IamPolicy): string[] {
  return policy.bindings?.find(({ role }) => role === userRole)?.members ?? [];
}

function withMembers(policy: IamPolicy, all: readonly string[]): IamPolicy {
  const others = (policy.bindings ?? []).filter(({ role }) => role !== userRole);
  return { ...policy, bindings: [...others, ...(all.length === 0 ? [] : [{ role: userRole, members: [...all] }])] };
}

/** Nobody but the project may use the image any more. */
export async function unshareGcp(images: ComputeImages, name: string): Promise<void> {
  const policy = await images.policy(name);
  if (members(policy).length > 0) await images.setPolicy(name, withMembers(policy, []));
}
