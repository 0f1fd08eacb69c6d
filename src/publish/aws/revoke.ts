import { TargetError } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import { type ImageFacts, tag } from './facts.ts';
import type { Region } from './region.ts';

/**
 * Takes an image back: shared with nobody, marked, and gone with its snapshots if asked for. Machines that run from
 * it go on. Done twice it is done once.
 * @throws TargetError `image-missing`, `aws-api`; ConfigurationError
 */
export async function revokeAws(region: Region, id: string, options: { reason: string; deregister: boolean; dryRun: boolean; emit: Emit }): Promise<ImageFacts> {
  const image = await region.image(id);
  if (image === undefined) throw new TargetError('image-missing', `${region.name}: there is no ${id} in this account`);
  options.emit({ type: 'progress', message: `${region.name}: ${id} (${image.name}): unshare, mark as revoked${options.deregister ? ', deregister' : ''}` });
  if (options.dryRun) return image;
  // The mark comes first: whoever looks at it in between must not take it for good.
  await region.tag([id], { [tag.state]: 'revoked', [tag.reason]: options.reason.slice(0, 256) });
  await region.unshare(image);
  if (options.deregister) await region.remove(image);
  return image;
}
