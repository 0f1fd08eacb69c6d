import type { XmlHandler } from '../../xml/index.ts';
import { stat } from 'node:fs/promises';
import { EvidenceError } from '../../errors.ts';
import { judge, type Verdict } from '../../gate/index.ts';
import { assertComplete, bundleLimits, type Contents, hallmarkFile, readFolder, readPlainFile, statementFile, unpackBundle } from '../bundle/index.ts';
import { assertSigner, openHallmark, type ProvedSigner, proveSignature, type Trust } from '../hallmark/index.ts';
import { type Appraisal, appraise, assertAgreement, assertDigests, digests, extension, readStrictJson, type Statement, statementSchema } from '../statement/index.ts';
import { type Policy, type PolicyReason, reasonsAgainst } from './policy.ts';

export interface VerifyOptions {
  trust: Trust;
  policy: Policy;
  /** What the evidence must be of, where that is known from elsewhere. */
  expect: { image?: string; run?: string };
  now: Date;
}

export interface Verification {
  /** The files, as they were verified. */
  contents: Contents;
  statement: Statement;
  appraisal: Appraisal;
  signer: ProvedSigner & { development: boolean };
  /** Files held against their signed digests. */
  files: string[];
  /** Ignore entries in force at the build, expired now. */
  expired: Verdict['ignored'];
  /** What the gate would say by today's calendar. */
  today: Verdict['verdict'];
  /** Why the policy of who verifies is not met; none means that it is. */
  reasons: PolicyReason[];
}

/**
 * Does everything again that the evidence claims to have been done: archive, signature, digests, the agreement of
 * statement, verdict, ARF and baseline, and the gate.
 * @param path a bundle, or an evidence directory
 * @throws EvidenceError for evidence that is missing, broken, of something else or not trusted; RefusedError `evidence-refused`
 */
export async function verifyEvidence(path: string, options: VerifyOptions): Promise<Verification> {
  return await verifyContents(await readContents(path), options, path);
}

/** @throws EvidenceError `bundle-…`, `evidence-…`, `hallmark-missing` */
export async function readContents(path: string): Promise<Contents> {
  const directory = await stat(path).then((found) => found.isDirectory(), () => false);
  return directory ? await readFolder(path) : await unpackBundle(await readPlainFile(path, bundleLimits.packed, 'follow'), path);
}

/** As `verifyEvidence`, on what was read already. @param beside is told of every element of the ARF, too */
export async function verifyContents(contents: Contents, options: VerifyOptions, path: string, beside?: XmlHandler): Promise<Verification> {
  const { trust, now } = options;
  assertComplete(contents, path);
  const hallmark = openHallmark(contents.get(hallmarkFile) ?? Buffer.alloc(0));
  const signer = proveSignature(hallmark, trust);
  if (contents.get(statementFile)?.equals(hallmark.statement) !== true) {
    throw new EvidenceError('statement-unsigned', `${statementFile} is not the statement that was signed`, { subject: statementFile });
  }
  const statement = readStrictJson(hallmark.statement, statementFile, statementSchema);
  const claims = statement.predicate[extension];
  assertSigner(signer, claims.signer, trust, hallmarkFile);
  assertExpected(claims, options.expect);
  const files = digests(contents);
  assertDigests(statement, contents, files);

  const appraisal = await appraise(contents, beside);
  assertAgreement(statement, contents, appraisal);
  assertPast(appraisal, now, signer.certification?.signedAt);
  const expired = appraisal.verdict.ignored.filter(({ expires }) => now.getTime() >= Date.parse(`${expires}T00:00:00Z`) + 86_400_000);
  return {
    contents, statement, appraisal, expired,
    signer: { ...signer, development: claims.signer.development || signer.keyid === trust.developmentKey?.keyid },
    files: files.map(({ name }) => name),
    today: judgedToday(appraisal, now),
    reasons: reasonsAgainst(options.policy, signer.keyid, appraisal, expired, now),
  };
}

/** True evidence of another image says nothing of this one. */
function assertExpected(claims: { image: string; run: string }, expected: VerifyOptions['expect']): void {
  if (expected.image !== undefined && expected.image !== claims.image) throw new EvidenceError('image-mismatch', `the evidence is of image ${claims.image}, not of ${expected.image}`);
  if (expected.run !== undefined && expected.run !== claims.run) throw new EvidenceError('run-mismatch', `the evidence is of run ${claims.run}, not of ${expected.run}`);
}

/** Clocks differ a little; an assay of tomorrow has not been made, and what was signed before it ended is not its evidence. */
function assertPast({ assay }: Appraisal, now: Date, signedAt: string | undefined): void {
  const ended = Date.parse(assay.endTime) - 3_600_000;
  if (signedAt !== undefined && ended > Date.parse(signedAt)) throw new EvidenceError('signed-before-assay', `signed at ${signedAt}, before the assay says that it ended: ${assay.endTime}`);
  if (ended > now.getTime()) throw new EvidenceError('assay-in-future', `the assay says that it ended at ${assay.endTime}, which is still to come`, { remedy: 'check the clocks of this machine and of the builder' });
}

function judgedToday({ assay, baseline, verdict, environment }: Appraisal, now: Date): Verdict['verdict'] {
  return judge(assay, baseline, { run: verdict.run, target: verdict.target, content: verdict.content, asOf: now, requireRun: true, revertedRules: environment.hardening?.reverted ?? [] }).verdict;
}
