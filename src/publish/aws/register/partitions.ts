import { open } from 'node:fs/promises';
import { execa } from 'execa';
import * as z from 'zod';
import { EvidenceError, TargetError, UsageError } from '../../../errors.ts';

/** As EC2 calls them. */
export type BootMode = 'legacy-bios' | 'uefi' | 'uefi-preferred';

/** What a partition table says; lengths in sectors. */
export type PartitionTable = z.infer<typeof tableSchema>['partitiontable'];

const tableSchema = z.object({
  partitiontable: z.object({
    label: z.string(), sectorsize: z.int(),
    partitions: z.array(z.object({ type: z.string(), start: z.int(), size: z.int() })).default([]),
  }),
});
const efiSystem = new Set(['c12a7328-f81f-11d2-ba4b-00a0c93ec93b', 'ef']);
const biosBoot = '21686148-6449-6e6f-744e-656564454649';

/**
 * @param raw the disk's bytes
 * @param file what messages call it
 * @throws UsageError `disk-format`; TargetError `disk-unreadable`
 */
export async function partitionsOf(raw: string, file: string): Promise<PartitionTable> {
  const { stdout, stderr, exitCode, shortMessage } = await execa('sfdisk', ['--json', raw], { reject: false, stdin: 'ignore', env: { LC_ALL: 'C.UTF-8' } });
  // Without an exit code it was not sfdisk that ended.
  if (exitCode === undefined) throw new TargetError('disk-unreadable', `${file}: ${shortMessage ?? 'sfdisk cannot be run'}`, { subject: file });
  if (exitCode !== 0) throw new UsageError('disk-format', `${file}: no partition table can be read: ${stderr.split('\n')[0] ?? ''}`);
  return tableSchema.parse(JSON.parse(stdout)).partitiontable;
}

/** A raw file that was cut short looks like a smaller disk. @throws EvidenceError `disk-damaged` */
export function assertWhole({ label, partitions, sectorsize }: PartitionTable, size: number, file: string): void {
  const end = Math.max(0, ...partitions.map(({ start, size: sectors }) => (start + sectors) * sectorsize));
  if (end > size) throw new EvidenceError('disk-damaged', `${file}: has ${size} bytes, but its partitions go on to ${end}`, { subject: file });
  // What stands before a GPT for who knows none, and is all that is left of one that does not end where its disk does.
  if (label === 'dos' && partitions.some(({ type }) => type === 'ee')) throw new EvidenceError('disk-damaged', `${file}: its GPT cannot be read, it is damaged or cut short`, { subject: file });
}

/**
 * What a disk can boot by: UEFI wants an EFI system partition; a BIOS wants boot code in the first sector, and with a
 * GPT a place for the rest of the loader.
 */
export async function bootModeOf({ label, partitions }: PartitionTable, raw: string): Promise<BootMode | undefined> {
  const types = partitions.map(({ type }) => type.toLowerCase());
  const uefi = types.some((type) => efiSystem.has(type));
  const bios = await hasBootCode(raw) && (label === 'dos' || types.includes(biosBoot));
  if (uefi) return bios ? 'uefi-preferred' : 'uefi';
  return bios ? 'legacy-bios' : undefined;
}

/** Behind its 440 bytes come the disk's signature and the table. */
async function hasBootCode(raw: string): Promise<boolean> {
  const handle = await open(raw);
  try {
    const { buffer } = await handle.read(Buffer.alloc(440), 0, 440, 0);
    return buffer.some((byte) => byte !== 0);
  } finally {
    await handle.close();
  }
}
