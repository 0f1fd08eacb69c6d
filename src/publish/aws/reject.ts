import type { Emit } from '../../events.ts';
import { tag } from './facts.ts';
import type { Region } from './region.ts';

/** What becomes of an AMI that nobody can vouch for. */
export type Rejection = 'deregister' | 'quarantine';

/**
 * Deregisters an AMI and deletes its snapshots; or leaves it for who looks into it, tagged and shared with nobody.
 * Done already, or killed half way and done again, it ends the same.
 */
export async function rejectAws(region: Region, id: string, how: Rejection, dryRun: boolean, emit: Emit): Promise<void> {
  const image = await region.image(id);
  if (image === undefined) {
    emit({ type: 'progress', message: `${region.name}: ${id} is gone already` });
    return;
  }
  emit({ type: 'progress', message: `${region.name}: ${how} ${id} with ${image.snapshots.map((snapshot) => snapshot.id).join(', ') || 'no snapshot'}` });
  if (dryRun) return;
  await region.unshare(image);
  if (how === 'deregister') await region.remove(image);
  else await region.tag([id, ...image.snapshots.map((snapshot) => snapshot.id)], { [tag.state]: 'quarantined' });
}
