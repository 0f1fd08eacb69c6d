import { open } from 'node:fs/promises';
import { execa } from 'execa';
import * as z from 'zod';
import { UsageError } from '../../../errors.ts';

/** As EC2 calls them. */
export type BootMode = 'legacy-bios' | 'uefi' | 'uefi-preferred';

const tableSchema = z.object({ partitiontable: z.object({ label: z.string(), partitions: z.array(z.object({ type: z.string() })).optional() }) });
const efiSystem = new Set(['c12a7328-f81f-11d2-ba4b-00a0c93ec93b', 'ef']);
const biosBoot = '21686148-6449-6e6f-744e-656564454649';

/**
 * What a disk can boot by, told from its partition table: UEFI wants an EFI system partition; a BIOS wants boot code
 * in the first sector, and with a GPT a place for the rest of the loader.
 * @param raw the disk's bytes
 * @param file what messages call it
 * @throws UsageError `disk-format`
 */
export async function bootModeOf(raw: string, file: string): Promise<BootMode | undefined> {
  const { stdout, stderr, exitCode } = await execa('sfdisk', ['--json', raw], { reject: false, stdin: 'ignore', env: { LC_ALL: 'C.UTF-8' } });
  if (exitCode !== 0) throw new UsageError('disk-format', `${file}: no partition table can be read: ${stderr.split('\n')[0] ?? ''}`);
  const { label, partitions = [] } = tableSchema.parse(JSON.parse(stdout)).partitiontable;
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
