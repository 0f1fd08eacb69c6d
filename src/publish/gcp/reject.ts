import { TargetError } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import type { ComputeImages } from './api.ts';
import { label, labelValue } from './facts.ts';
import { unshareGcp } from './publish.ts';

/** Deletes an image that nobody can vouch for; or leaves it for who looks into it: labelled, deprecated, used by nobody. */
export async function rejectGcp(images: ComputeImages, name: string, how: 'delete' | 'quarantine', dryRun: boolean, emit: Emit): Promise<void> {
  const image = await images.find(name);
  if (image === undefined) {
    emit({ type: 'progress', message: `${images.project}: ${name} is gone already` });
    return;
  }
  emit({ type: 'progress', message: `${images.project}: ${how} ${name}` });
  if (dryRun) return;
  if (how === 'delete') return images.remove(name);
  await unshareGcp(images, name);
  await images.setLabels(image, { ...image.labels, [label.state]: 'quarantined' });
  // A family never resolves to a deprecated image.
  if (image.deprecated === undefined) await images.deprecate(name, undefined);
}

/**
 * Takes an image back: marked, deprecated, used by nobody, and deleted if asked for. Done twice it is done once.
 * @throws TargetError `image-missing`, `gcp-api`; ConfigurationError
 */
export async function revokeGcp(images: ComputeImages, name: string, options: { reason: string; remove: boolean; dryRun: boolean; emit: Emit }): Promise<void> {
  const image = await images.find(name);
  if (image === undefined) throw new TargetError('image-missing', `${images.project}: there is no image ${name}`);
  options.emit({ type: 'progress', message: `${images.project}: ${name}: unshare, mark as revoked${options.remove ? ', delete' : ', deprecate'}` });
  if (options.dryRun) return;
  await images.setLabels(image, { ...image.labels, [label.state]: 'revoked', 'cupel-reason': labelValue(options.reason) });
  await unshareGcp(images, name);
  if (options.remove) await images.remove(name);
  else if (image.deprecated === undefined) await images.deprecate(name, undefined);
}
