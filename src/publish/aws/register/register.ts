import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { TargetError } from '../../../errors.ts';
import type { Emit } from '../../../events.ts';
import type { Vouched } from '../../vouch.ts';
import { type ImageFacts, tag, type Tags } from '../facts.ts';
import type { Region } from '../region.ts';
import type { BootMode, Disk } from './disk.ts';
import { Journal } from './journal.ts';
import type { Registrar } from './registrar.ts';
import { uploadDisk } from './upload.ts';

export interface AwsRegistration {
  /** Evidence that was verified for the digest of this very disk. */
  vouched: Vouched;
  disk: Disk;
  boot: BootMode;
  architecture: 'x86_64' | 'arm64';
  /** `undefined`: not encrypted; an empty one: by the account's default key; else the ARN of a key. */
  kmsKey: string | undefined;
  registrar: Registrar;
  region: Region;
  /** Directory that remembers which blocks were taken. */
  journals: string;
  dryRun: boolean;
  emit: Emit;
}

/**
 * Makes a disk an AMI: its blocks a snapshot, the snapshot an image that carries the run's tags. What was done already
 * is found by its tags, so that a registration that was killed is finished by running it again.
 * @returns id of the AMI; undefined when nothing was to be changed and there is none yet
 * @throws TargetError `register-conflict`, `snapshot-failed`, `snapshot-pending`, `aws-api`; EvidenceError `disk-changed`; ConfigurationError `aws-credentials`, `aws-permission`
 */
export async function registerAws(registration: AwsRegistration): Promise<string | undefined> {
  const { vouched: { verification: { appraisal: { verdict } } }, disk, registrar, region, dryRun, emit } = registration;
  const say = (message: string): void => { emit({ type: 'progress', message: `${registrar.name}: ${message}` }); };
  const name = `${verdict.target}-${verdict.run}`;
  const tags: Tags = { Name: name, [tag.image]: verdict.target, [tag.run]: verdict.run, [tag.disk]: disk.sha256 };
  const [existing] = await region.imagesNamed(name);
  if (existing !== undefined) {
    assertSame(existing, tags, registrar.name);
    say(`${existing.id} is registered already`);
    return existing.id;
  }
  const snapshot = await snapshotOf(registration, { name, tags }, say);
  say(`register ${name} (${registration.boot}, ${registration.architecture}) of ${snapshot ?? 'that snapshot'}`);
  if (dryRun || snapshot === undefined) return undefined;
  return await registrar.register({ name, description: descriptionOf(verdict), snapshot, architecture: registration.architecture, boot: registration.boot, tags });
}

/** The complete snapshot of the disk: one that is there, one that was begun, or a new one. */
async function snapshotOf(registration: AwsRegistration, { name, tags }: { name: string; tags: Tags }, say: (message: string) => void): Promise<string | undefined> {
  const { disk, registrar, kmsKey, vouched: { verification: { appraisal: { verdict } } } } = registration;
  const wanted: Tags = { ...tags, [tag.kmsKey]: kmsKey === undefined ? 'none' : kmsKey === '' ? 'default' : kmsKey };
  const found = await registrar.snapshots(wanted);
  const [complete] = found.filter(({ state }) => state === 'completed');
  if (complete !== undefined) return complete.id;
  const [begun] = found.filter(({ state }) => state === 'pending');
  const failed = found.filter(({ state }) => state === 'error').map(({ id }) => id).sort();
  const gibibytes = Math.ceil(disk.size / 2 ** 30);
  say(begun === undefined ? `begin a snapshot of ${gibibytes} GiB for ${disk.file}` : `go on with ${begun.id}`);
  if (registration.dryRun) return begun?.id;
  const id = begun?.id ?? await registrar.start({
    // Another one after each that failed: EBS would give the failed one again.
    token: createHash('sha256').update([...Object.values(wanted), ...failed].join('\n')).digest('hex'),
    gibibytes, description: descriptionOf(verdict), tags: wanted, kmsKey,
  });
  await fill(registration, id, begun !== undefined, say);
  await registrar.awaitSnapshot(id);
  for (const old of failed) {
    say(`delete ${old}, an attempt at ${name} that failed`);
    await registrar.remove(old);
  }
  return id;
}

/** A snapshot that somebody completed already, and EBS has not finished, takes no more blocks: it is only waited for. */
async function fill({ registrar, disk, journals, emit }: AwsRegistration, id: string, begun: boolean, say: (message: string) => void): Promise<void> {
  const journal = await Journal.open(join(journals, `${id}-${disk.sha256.slice(0, 16)}`));
  try {
    await uploadDisk(registrar, id, disk, journal, emit);
  } catch (error) {
    if (!begun || !(error instanceof TargetError) || !isSealed(error.cause)) throw error;
    say(`${id} is complete already: wait for it`);
  } finally {
    await journal.close();
  }
  await journal.remove();
}

function isSealed(cause: unknown): boolean {
  return cause instanceof Error && /^(ValidationException|ConflictException)$/.test(cause.name);
}

/** @throws TargetError `register-conflict` */
function assertSame(image: ImageFacts, tags: Tags, region: string): void {
  const other = [tag.image, tag.run, tag.disk].find((key) => image.tags[key] !== tags[key]);
  if (other !== undefined) throw new TargetError('register-conflict', `${region}: ${image.id} has the name ${image.name}, but its ${other} is ${image.tags[other] ?? 'not there'}, not ${tags[other] ?? ''}`);
}

function descriptionOf({ target, run, baseline }: { target: string; run: string; baseline: { name: string } }): string {
  return `${target}, hardened to ${baseline.name} by Cupel, run ${run}`.slice(0, 255);
}
