import { open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { createGunzip } from 'node:zlib';
import { readAssay } from '../../assay/index.ts';
import { DetailCollector } from '../../assay/detail/index.ts';
import { EvidenceError, UsageError } from '../../errors.ts';
import { readContents, type Trust } from '../../evidence/index.ts';
import type { ReportModel, ReportSource } from '../model.ts';
import type { OwnFixes } from './build.ts';
import { reportOfContents } from './evidence.ts';
import { reportOfResults, type ReportPolicy } from './results.ts';

export interface GatherOptions {
  /** For an ARF: what to judge it by. Evidence brings its own. */
  policy?: () => Promise<ReportPolicy>;
  /** What a policy beside evidence is: a mistake, or meant for another input. Default `refuse`. */
  evidenceWithPolicy?: 'refuse' | 'ignore';
  trust?: Trust;
  /** The day by which ignore entries of an ARF's baseline expire; `scan`: that of the scan itself. */
  asOf: Date | 'scan';
  now: Date;
  ownFixes: OwnFixes;
}

/**
 * Reads a bundle, an evidence directory or an ARF (or XCCDF results) into the model of a report.
 * @throws EvidenceError for whatever is missing, broken or does not agree; UsageError `policy-two` for a baseline beside evidence
 */
export async function gatherReport(path: string, options: GatherOptions): Promise<ReportModel> {
  const source: ReportSource = { kind: await kindOf(path), name: basename(resolve(path)) };
  if (source.kind !== 'arf') {
    if (options.policy !== undefined && options.evidenceWithPolicy !== 'ignore') throw new UsageError('policy-two', `${path} is evidence and holds its own baseline`, { remedy: 'leave --baseline and --lock out, or give the ARF in it' });
    const contents = await readContents(path);
    return await reportOfContents(contents, source, { now: options.now, ownFixes: options.ownFixes, ...(options.trust === undefined ? {} : { trust: options.trust }) });
  }
  const policy = await options.policy?.();
  const details = new DetailCollector();
  const assay = await readAssay(path, { beside: details });
  return await reportOfResults({ assay, detail: details.finish(assay) }, source, {
    asOf: options.asOf === 'scan' ? new Date(assay.endTime) : options.asOf, ownFixes: options.ownFixes, ...(policy === undefined ? {} : { policy }),
  });
}

/** A bundle is a compressed tar archive, an ARF is not, whatever they are called. */
export async function kindOf(path: string): Promise<ReportSource['kind']> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new EvidenceError('evidence-missing', `${path}: there is no such file`, { cause, subject: path });
  });
  if (found.isDirectory()) return 'directory';
  if (!found.isFile()) return 'arf';
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1 << 16), 0, 1 << 16, 0);
    if (bytesRead < 2 || buffer.readUInt16BE(0) !== 0x1f8b) return 'arf';
    const start = await inflatedStart(buffer.subarray(0, bytesRead));
    return start.subarray(257, 262).toString('latin1') === 'ustar' ? 'bundle' : 'arf';
  } finally {
    await handle.close();
  }
}

/** As many bytes as come out of a piece of a gzip file; none of a damaged one, whose reader will say what is wrong. */
async function inflatedStart(piece: Buffer): Promise<Buffer> {
  const inflate = createGunzip();
  inflate.end(piece);
  try {
    for await (const chunk of inflate) return chunk as Buffer;
  } catch {
    // Cut short, or damaged from the start.
  }
  return Buffer.alloc(0);
}
