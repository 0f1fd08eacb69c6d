import { createHash } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CupelError, EvidenceError, RefusedError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { type VerifiedBinding, verifyBinding } from './bind.ts';
import { bundleName } from './bundle/index.ts';
import { type EvidenceStore, imageKey } from './stores/index.ts';
import { readContents, type Verification, verifyContents, type VerifyOptions } from './verify/index.ts';

export interface FetchedEvidence {
  verification: Verification;
  binding: VerifiedBinding;
  /** Paths of the bundle, and of what binds the image to it. */
  files: { bundle: string; binding: string };
}

/**
 * Loads the evidence of an image from a store into a directory, and gives it its name only when it is verified: the
 * bundle, what binds this very image to it, and the policy. A load that was cut short is continued the next time.
 * @param imageId as `imageIdOf` gives it
 * @throws EvidenceError `store-…`, `binding-…`, `evidence-exists`, and as verifying does; RefusedError `policy-…`
 */
export async function fetchEvidence(store: EvidenceStore, imageId: string, directory: string, options: VerifyOptions, onProgress?: (bytes: number, total: number) => void): Promise<FetchedEvidence> {
  const pointer = await store.find(imageId);
  const partial = join(directory, `.${pointer.bundle.sha256}.partial`);
  try {
    await makeFolder(directory);
    await store.download(pointer.bundle, partial, onProgress);
    const { verification, binding } = await verified(partial, Buffer.from(pointer.binding), imageId, options);
    const bundle = join(directory, bundleName(verification.appraisal.verdict.target, verification.appraisal.verdict.run));
    const name = imageKey(imageId).replace(/^images\/(.*)\.json$/, '$1').replaceAll('/', '-');
    const files = { bundle, binding: bundle.replace(/\.cupel\.tgz$/, `.${name}.binding.sigstore.json`) };
    await place(partial, bundle, pointer.bundle.sha256);
    await writeFile(files.binding, pointer.binding);
    return { verification, binding, files };
  } catch (cause) {
    // What arrived whole and is not trusted must not lie about; what is only not whole yet is continued.
    if (!(cause instanceof EvidenceError && cause.code.startsWith('store-'))) await rm(partial, { force: true }).catch(() => undefined);
    if (cause instanceof CupelError) throw cause;
    throw new EvidenceError('evidence-unwritable', `cannot write to ${directory}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

async function verified(file: string, binding: Buffer, imageId: string, options: VerifyOptions): Promise<Omit<FetchedEvidence, 'files'>> {
  const verification = await verifyContents(await readContents(file), options, file);
  const bound = verifyBinding(binding, verification, imageId, options.trust);
  const [reason] = verification.reasons;
  if (reason !== undefined) throw new RefusedError(reason.code, reason.message, { subject: imageId });
  if (options.policy.signers !== undefined && !options.policy.signers.includes(bound.signer.keyid)) {
    throw new RefusedError('policy-signer', `${imageId} was bound with key ${bound.signer.keyid}, which is none of those allowed`, { subject: imageId });
  }
  return { verification, binding: bound };
}

/** @throws EvidenceError `evidence-exists` */
async function place(partial: string, path: string, sha256: string): Promise<void> {
  try {
    await link(partial, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    if (createHash('sha256').update(await readFile(path)).digest('hex') !== sha256) {
      throw new EvidenceError('evidence-exists', `${path}: another bundle of this name is there already`, { cause, subject: path, remedy: 'move it away, or give -o another directory' });
    }
  }
  await rm(partial, { force: true });
}
