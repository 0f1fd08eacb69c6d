import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CupelError, EvidenceError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { evidenceFolder, type EvidenceOutcome } from './folder.ts';
import { filesOf, type EvidenceParts } from './parts.ts';
import { flushFolder, storeBytes, storePart, type StoredFile } from './store.ts';

export interface EvidenceManifest {
  /** The directory written. */
  directory: string;
  outcome: EvidenceOutcome;
  /** In the order of `SHA256SUMS`, which is not itself among them. */
  files: StoredFile[];
}

/**
 * Writes the evidence of one run below `artifacts`, all of it or nothing: into a directory beside,
 * flushed to the disk, then renamed. A killed run leaves at most a `.….partial` directory, which
 * the next run of the same name removes.
 * @param artifacts the directory of all evidence, made when it is not there
 * @throws ConfigurationError for a bad image or run name; EvidenceError `evidence-exists`,
 *   `evidence-incomplete`, `evidence-mismatch`, `evidence-unwritable`
 */
export async function writeEvidence(artifacts: string, parts: EvidenceParts): Promise<EvidenceManifest> {
  const outcome: EvidenceOutcome = parts.verdict?.verdict ?? 'failed';
  const name = evidenceFolder(parts.image, parts.run, outcome);
  const parcels = filesOf(parts);
  const path = join(artifacts, name);
  const partial = join(artifacts, `.${name}.partial`);
  try {
    if (await exists(path)) throw new EvidenceError('evidence-exists', `${path} is there already`, { remedy: 'evidence is never overwritten; give each run its own UUID' });
    await makeFolder(artifacts);
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { mode: 0o755 });
    const files: StoredFile[] = [];
    for (const [file, part] of parcels) files.push(await storePart(join(partial, file), file, part));
    files.sort((a, b) => (a.name < b.name ? -1 : 1));
    await storeBytes(join(partial, 'SHA256SUMS'), Buffer.from(files.map(({ sha256, name: file }) => `${sha256}  ${file}\n`).join('')));
    await flushFolder(partial);
    await rename(partial, path);
    await flushFolder(artifacts);
    return { directory: path, outcome, files };
  } catch (cause) {
    // Best effort: what made writing fail may make this fail too, and is the one worth telling.
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    if (cause instanceof CupelError) throw cause;
    throw new EvidenceError('evidence-unwritable', `cannot write the evidence to ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}

