import { createHash } from 'node:crypto';
import { DetailCollector } from '../../assay/detail/index.ts';
import { type Appraisal, appraise, type Contents, inspectHallmark, verifyContents, type Trust } from '../../evidence/index.ts';
import type { EvidenceFile, ReportModel, ReportSource, Signature } from '../model.ts';
import { buildReport, type OwnFixes } from './build.ts';
import { readBefore, readEnvironment, readPackages, readSteps } from './parts.ts';

export interface EvidenceReportOptions {
  /** Of these contents, where they were examined already and are still to be signed; and what was told of while they were. */
  examined?: { appraisal: Appraisal; details: DetailCollector };
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
  const details = options.examined?.details ?? new DetailCollector();
  const { signature, appraisal } = await examine(contents, source.name, options, details);
  const { assay, verdict, baseline } = appraisal;
  return buildReport({
    source, assay, verdict, baseline, signature,
    detail: details.finish(assay),
    environment: readEnvironment(contents.get('environment.json')),
    before: readBefore(contents.get('before.json')),
    steps: readSteps(contents.get('harden.jsonl')),
    packages: readPackages(contents.get('sbom.cdx.json')),
    files: filesOf(contents),
    notices: [],
    ownFixes: await options.ownFixes(baseline.content.product),
  });
}

async function examine(contents: Contents, name: string, { trust, now, examined }: EvidenceReportOptions, details: DetailCollector): Promise<{ signature: Signature; appraisal: Appraisal }> {
  if (!contents.has('hallmark.sigstore.json')) return { signature: { state: 'unsigned' }, appraisal: examined?.appraisal ?? await appraise(contents, details) };
  if (trust !== undefined) {
    const { signer, appraisal } = await verifyContents(contents, { trust, now, policy: {}, expect: {} }, name, details);
    return { signature: { state: 'verified', keyid: signer.keyid, algorithm: signer.algorithm, development: signer.development }, appraisal };
  }
  const { claims, appraisal } = await inspectHallmark(contents, details);
  return { signature: { state: 'unchecked', ...claims.signer }, appraisal };
}

function filesOf(contents: Contents): EvidenceFile[] {
  return [...contents].map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }));
}
