import { createHash, randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CupelError, EvidenceError } from '../errors.ts';
import { assertComplete, bundleName, type Contents, hallmarkFile, packBundle, readFolder, reportFile, statementFile } from './bundle/index.ts';
import { assertOwnSignature, openHallmark, signStatement } from './hallmark/index.ts';
import type { Signer } from './keys/index.ts';
import { type Appraisal, appraise, readStrictJson, stateOf, statementSchema } from './statement/index.ts';
import { stableJson } from './stable-json.ts';
import { storeBytes } from './store.ts';
import type { XmlHandler } from '../xml/index.ts';

export interface SealedEvidence {
  /** Path of the bundle. */
  bundle: string;
  bytes: number;
  /** Of the bundle, hex. */
  sha256: string;
  appraisal: Appraisal;
}

/** Draws `report.html` from evidence that was examined and is about to be signed. */
export interface ReportDrawer {
  /** Stands beside while the ARF is read. */
  beside: XmlHandler;
  draw: (contents: Contents, appraisal: Appraisal) => Promise<string>;
}

/**
 * Signs the evidence in a directory and packs it into its bundle, both beside the evidence. What is signed is read
 * and judged again first: a signer vouches for what it has seen. A hallmark or report that is there already is replaced.
 * @param producer name and version of this program
 * @param drawer of the report for people that goes into the bundle; none without it
 * @throws EvidenceError for evidence that is not whole, or does not agree; RefusedError `evidence-refused`
 */
export async function sealEvidence(directory: string, signer: Signer, producer: string, drawer?: ReportDrawer): Promise<SealedEvidence> {
  const evidence = new Map(await readFolder(directory));
  evidence.delete(statementFile);
  evidence.delete(hallmarkFile);
  if (drawer !== undefined) evidence.delete(reportFile);
  const appraisal = await appraise(evidence, drawer?.beside);
  if (drawer !== undefined) evidence.set(reportFile, Buffer.from(await drawer.draw(evidence, appraisal)));
  const bundle = join(directory, bundleName(appraisal.verdict.target, appraisal.verdict.run));
  const contents = await hallmarked(evidence, appraisal, signer, producer);
  assertComplete(contents, directory);
  const packed = await packBundle(contents);
  for (const name of [...(drawer === undefined ? [] : [reportFile]), statementFile, hallmarkFile]) await place(join(directory, name), contents.get(name) ?? Buffer.alloc(0));
  await place(bundle, packed);
  return { bundle, bytes: packed.length, sha256: createHash('sha256').update(packed).digest('hex'), appraisal };
}

/**
 * The evidence with its statement and what signs it. Both are read back as a verifier would: better no hallmark than one
 * that nobody can verify.
 */
export async function hallmarked(evidence: Contents, appraisal: Appraisal, signer: Signer, producer: string): Promise<Contents> {
  const statement = Buffer.from(stableJson(stateOf(evidence, appraisal, signer, producer)));
  readStrictJson(statement, statementFile, statementSchema);
  const hallmark = Buffer.from(await signStatement(statement, signer));
  assertOwnSignature(openHallmark(hallmark), signer);
  return new Map([...evidence, [statementFile, statement], [hallmarkFile, hallmark]]);
}

/** All of the file or none of it, flushed to the disk. */
async function place(path: string, bytes: Buffer): Promise<void> {
  const draft = `${path}.${randomUUID()}.partial`;
  try {
    await storeBytes(draft, bytes);
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    if (cause instanceof CupelError) throw cause;
    throw new EvidenceError('evidence-unwritable', `cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
