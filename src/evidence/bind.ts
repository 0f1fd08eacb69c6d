import { createHash } from 'node:crypto';
import { EvidenceError } from '../errors.ts';
import { type Contents, statementFile } from './bundle/index.ts';
import { assertOwnSignature, assertSigner, openHallmark, type ProvedSigner, proveSignature, signStatement, type Trust } from './hallmark/index.ts';
import type { Signer } from './keys/index.ts';
import { type Binding, bindingOf, bindingSchema, type ImageIdentity, readStrictJson, subjectOf } from './statement/index.ts';
import { stableJson } from './stable-json.ts';
import type { Verification } from './verify/index.ts';

/** What messages call it; it travels beside the bundle, for the bundle is older than the image's id. */
const bindingName = 'the binding';

/**
 * Signs that an image came from a build: a statement of its own, for the image has no id while the bundle is made.
 * It is read back as a verifier would.
 * @param verification of the build's bundle: only what was verified can be bound
 * @returns the text of a Sigstore bundle
 */
export async function bindImage(verification: Verification, image: ImageIdentity, signer: Signer, producer: string): Promise<Buffer> {
  const statement = Buffer.from(stableJson(bindingOf(buildOf(verification), image, signer, producer)));
  const binding = Buffer.from(await signStatement(statement, signer));
  const hallmark = openHallmark(binding, bindingName);
  assertOwnSignature(hallmark, signer);
  assertBinds(readStrictJson(hallmark.statement, bindingName, bindingSchema), verification, image.imageId);
  return binding;
}

export interface VerifiedBinding {
  binding: Binding;
  signer: ProvedSigner;
}

/**
 * Proves that a trusted key ties this very image to this very build.
 * @param imageId as `ImageIdentity` has it
 * @throws EvidenceError `binding-image`, `binding-build`, `binding-subject`, and as for a hallmark (`signer-…`, `signature-invalid`, `json-…`, `development-key`)
 */
export function verifyBinding(bytes: Buffer, verification: Verification, imageId: string, trust: Trust): VerifiedBinding {
  const hallmark = openHallmark(bytes, bindingName);
  const signer = proveSignature(hallmark, trust);
  const binding = readStrictJson(hallmark.statement, bindingName, bindingSchema);
  assertSigner(signer, binding.predicate.signer, trust, bindingName);
  assertBinds(binding, verification, imageId);
  return { binding, signer };
}

function assertBinds({ subject, predicate }: Binding, verification: Verification, imageId: string): void {
  if (predicate.imageId !== imageId) throw new EvidenceError('binding-image', `the binding is of image ${predicate.imageId}, not of ${imageId}`, { subject: imageId });
  const build = buildOf(verification);
  if (predicate.build.statement !== build.statement || predicate.build.run !== build.run || predicate.build.image !== build.image) {
    throw new EvidenceError('binding-build', `the binding ties ${imageId} to run ${predicate.build.run} (statement ${predicate.build.statement}), the bundle is of run ${build.run} (${build.statement})`, { subject: imageId });
  }
  // A disk is its digest; what names an image of a cloud is Packer's to say.
  if (predicate.provider === 'file' && subject[0].digest.sha256 !== subjectOf({ provider: 'file', imageId }).digest.sha256) {
    throw new EvidenceError('binding-subject', `the binding names ${imageId}, but its subject has digest ${subject[0].digest.sha256}`, { subject: imageId });
  }
}

function buildOf({ appraisal: { verdict }, contents }: Pick<Verification, 'appraisal' | 'contents'>): { image: string; run: string; statement: string } {
  return { image: verdict.target, run: verdict.run, statement: statementDigest(contents) };
}

/** SHA-256 (hex) of the bundle's statement: what images are bound to. */
function statementDigest(contents: Contents): string {
  return createHash('sha256').update(contents.get(statementFile) ?? Buffer.alloc(0)).digest('hex');
}
