import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import * as z from 'zod';
import { EvidenceError, TargetError, UsageError } from '../../../errors.ts';
import type { Extent } from './blocks.ts';
import { assertWhole, type BootMode, bootModeOf, partitionsOf } from './partitions.ts';

export type { BootMode };

/** A disk as the machine sees it, read from the file that was bound. */
export interface Disk {
  file: string;
  /** SHA-256 (hex) of the file. */
  sha256: string;
  /** The disk's bytes, holes and all. */
  raw: string;
  /** Bytes that the machine sees. */
  size: number;
  /** Where there is anything but zeros. */
  extents: readonly Extent[];
  /** What its partitions let it boot by; undefined: nothing. */
  boot: BootMode | undefined;
}

const infoSchema = z.object({
  'virtual-size': z.int().positive(),
  'backing-filename': z.string().optional(),
  'format-specific': z.object({ data: z.object({ 'data-file': z.string().optional(), encrypt: z.unknown().optional() }) }).optional(),
});
const mapSchema = z.array(z.object({ start: z.int(), length: z.int(), zero: z.boolean() }));

/**
 * Reads a qcow2 or raw file with qemu-img: whole, undamaged, and all in one file, for only that file has a digest.
 * @param sha256 hex, of the file as its evidence has it
 * @param scratch directory that a qcow2 is unpacked in
 * @throws UsageError `disk-missing`, `disk-format`; EvidenceError `disk-backing`, `disk-damaged`; TargetError `disk-unreadable`
 */
export async function openDisk(file: string, sha256: string, scratch: string): Promise<Disk> {
  const format = await formatOf(file);
  const info = infoSchema.parse(JSON.parse(await qemuImg('info', ['-f', format, '--output=json', file])));
  const outside = info['backing-filename'] ?? info['format-specific']?.data['data-file'];
  if (outside !== undefined) throw new EvidenceError('disk-backing', `${file}: part of it is in ${outside}, which its digest does not cover`, { subject: file, remedy: 'flatten it (qemu-img convert) before it is bound' });
  let raw = file;
  if (format === 'qcow2') {
    // Reading alone takes what is missing at the end of the file for zeros.
    await qemuImg('check', ['-f', format, '--output=json', file], [0, 3]);
    raw = join(scratch, 'disk.raw');
    await qemuImg('convert', ['-f', format, '-O', 'raw', '-S', '64k', file, raw]);
  }
  const [size, table] = [info['virtual-size'], await partitionsOf(raw, file)];
  assertWhole(table, size, file);
  const extents = mapSchema.parse(JSON.parse(await qemuImg('map', ['-f', 'raw', '--output=json', raw]))).filter(({ zero }) => !zero);
  return { file, sha256, raw, size, extents, boot: await bootModeOf(table, raw) };
}

/** What was uploaded must be what was bound. @throws EvidenceError `disk-changed` */
export async function assertUnchanged({ file, sha256 }: Disk): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  if (hash.digest('hex') !== sha256) throw new EvidenceError('disk-changed', `${file} was changed while it was read`, { subject: file });
}

/** By its first bytes: what QEMU would guess may be chosen by who wrote the disk. */
async function formatOf(file: string): Promise<'qcow2' | 'raw'> {
  if (!await stat(file).then((found) => found.isFile(), () => false)) throw new UsageError('disk-missing', `there is no disk ${file}`);
  const head = Buffer.alloc(512);
  const handle = await open(file);
  try {
    await handle.read(head, 0, head.length, 0);
  } finally {
    await handle.close();
  }
  if (head.subarray(0, 4).equals(Buffer.from('QFI\xfb', 'latin1'))) return 'qcow2';
  if (head.readUInt16BE(510) === 0x55aa) return 'raw';
  throw new UsageError('disk-format', `${file} is neither a qcow2 nor the bytes of a partitioned disk`);
}

/** @returns what it wrote */
async function qemuImg(command: 'info' | 'check' | 'convert' | 'map', args: readonly string[], good: readonly number[] = [0]): Promise<string> {
  const result = await execa('qemu-img', [command, ...args], { reject: false, stdin: 'ignore', maxBuffer: 64 << 20, env: { LC_ALL: 'C.UTF-8' } });
  if (result.exitCode !== undefined && good.includes(result.exitCode)) return result.stdout;
  const said = result.stderr.split('\n').slice(0, 3).join('; ') || result.shortMessage || '';
  const file = args.find((arg) => !arg.startsWith('-') && arg.includes('/')) ?? args.at(-1) ?? '';
  if (command === 'check' && result.exitCode === 2) throw new EvidenceError('disk-damaged', `${file}: is damaged or cut short: ${said}`, { subject: file });
  throw new TargetError('disk-unreadable', `${file}: qemu-img ${command} failed: ${said}`, { subject: file, cause: result });
}
