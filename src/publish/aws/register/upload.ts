import { createHash } from 'node:crypto';
import type { Emit } from '../../../events.ts';
import { blocksOf, indexesOf } from './blocks.ts';
import { assertUnchanged, type Disk } from './disk.ts';
import type { Journal } from './journal.ts';
import type { Registrar } from './registrar.ts';

/** Blocks on their way at once: with 512 KiB each, 8 MiB of memory. */
const lanes = 16;

/**
 * Puts a disk's blocks into a snapshot and completes it. What the journal has was taken before.
 * @throws TargetError `aws-api`; EvidenceError `disk-changed`; ConfigurationError `aws-credentials`, `aws-permission`
 */
export async function uploadDisk(registrar: Registrar, snapshot: string, disk: Disk, journal: Journal, emit: Emit): Promise<void> {
  const digests = new Map<number, Buffer>();
  const blocks = blocksOf(disk.raw, disk.extents);
  const [total, tell] = [indexesOf(disk.extents).length, tenths(emit)];
  let [sent, before] = [0, 0];
  const lane = async (): Promise<void> => {
    for (;;) {
      const next = await blocks.next();
      if (next.done === true) return;
      const { index, data } = next.value;
      const digest = createHash('sha256').update(data).digest();
      digests.set(index, digest);
      if (journal.has(index)) before++;
      else {
        await registrar.put(snapshot, { index, data }, digest);
        await journal.add(index);
        sent++;
      }
      tell(digests.size, total);
    }
  };
  // One that fails ends the others: each finishes the block it has, and there is no next one.
  const ended = await Promise.allSettled(Array.from({ length: lanes }, () => lane().finally(() => blocks.return(undefined))));
  for (const outcome of ended) if (outcome.status === 'rejected') throw outcome.reason;
  await assertUnchanged(disk);
  emit({ type: 'progress', message: `${registrar.name}: ${snapshot}: ${sent} blocks of 512 KiB sent${before === 0 ? '' : `, ${before} were there already`}; complete it` });
  await registrar.complete(snapshot, digests.size, linear(digests));
}

/** EBS's "linear" checksum: SHA-256 over the blocks' own, one after the other. */
export function linear(digests: ReadonlyMap<number, Buffer>): Buffer {
  const hash = createHash('sha256');
  for (const [, digest] of [...digests].sort(([a], [b]) => a - b)) hash.update(digest);
  return hash.digest();
}

/** A line at each tenth. */
function tenths(emit: Emit): (done: number, total: number) => void {
  let told = 0;
  return (done, total) => {
    const tenth = Math.floor((done / total) * 10);
    if (tenth <= told) return;
    told = tenth;
    emit({ type: 'progress', message: `${tenth * 10} % of ${Math.round(total / 2)} MiB` });
  };
}
