import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Assay, oneToOne } from '../../assay/index.ts';
import { DetailReader, type AssayDetail } from '../../assay/detail/index.ts';
import { type Appraisal, appraise, type Contents, inspectHallmark, verifyContents, type Trust } from '../../evidence/index.ts';
import type { EvidenceFile, ReportModel, ReportSource, Signature } from '../model.ts';
import { buildReport, type OwnFixes } from './build.ts';
import { readBefore, readEnvironment, readPackages, readSteps } from './parts.ts';

export interface EvidenceReportOptions {
  /** Of these contents, where they were examined already and are still to be signed. */
  appraisal?: Appraisal;
  /** Keys to hold the hallmark against; without them a hallmark is shown as unchecked. */
  trust?: Trust;
  now: Date;
  ownFixes: OwnFixes;
}

/**
 * The report of evidence in memory. What contradicts itself is not drawn: the gate is run again on the enclosed ARF.
 * @throws EvidenceError as verifying does; `signer-unknown` and the like only when keys were given
 */
export async function reportOfContents(contents: Contents, source: ReportSource, options: EvidenceReportOptions): Promise<ReportModel> {
  const { signature, appraisal } = await examined(contents, source.name, options);
  const { assay, verdict, baseline } = appraisal;
  const arf = contents.get('arf.xml.gz') ?? Buffer.alloc(0);
  return buildReport({
    source, assay, verdict, baseline, signature,
    detail: await detailIn(arf, assay),
    environment: readEnvironment(contents.get('environment.json')),
    before: readBefore(contents.get('before.json')),
    steps: readSteps(contents.get('harden.jsonl')),
    packages: readPackages(contents.get('sbom.cdx.json')),
    files: filesOf(contents),
    notices: [],
    ownFixes: await options.ownFixes(baseline.content.product),
  });
}

async function examined(contents: Contents, name: string, { trust, now, appraisal: known }: EvidenceReportOptions): Promise<{ signature: Signature; appraisal: Appraisal }> {
  if (!contents.has('hallmark.sigstore.json')) return { signature: { state: 'unsigned' }, appraisal: known ?? await appraise(contents) };
  if (trust !== undefined) {
    const { signer, appraisal } = await verifyContents(contents, { trust, now, policy: {}, expect: {} }, name);
    return { signature: { state: 'verified', keyid: signer.keyid, algorithm: signer.algorithm, development: signer.development }, appraisal };
  }
  const { claims, appraisal } = await inspectHallmark(contents);
  return { signature: { state: 'unchecked', ...claims.signer }, appraisal };
}

/** The ARF was read once and found whole; this is the second way through it. */
async function detailIn(gzipped: Buffer, assay: Assay): Promise<AssayDetail> {
  const reader = new DetailReader(assay, { oneToOne });
  await pipeline(Readable.from([gzipped], { objectMode: false }), createGunzip({ chunkSize: 1 << 16 }), async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) reader.write(chunk);
  });
  return reader.end();
}

function filesOf(contents: Contents): EvidenceFile[] {
  return [...contents].map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }));
}
