import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto';
import { chmod, link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigurationError } from '../../errors.ts';
import { makeFolder } from '../../make-folder.ts';
import { describeKey, type PublicKey } from './key.ts';
import { generatePrivateKey, readPrivateKey } from './private-pem.ts';
import { type Signer, signerOf } from './signer.ts';

/**
 * The development key, made on first use so that there is always a hallmark to look at. Verification calls it
 * what it is and does not trust it unless asked to.
 * @param file where it is kept, 0600 in a directory 0700
 * @throws ConfigurationError `development-key`
 */
export async function developmentSigner(file: string): Promise<Signer> {
  try {
    if (!await exists(file)) await make(file);
    if (((await stat(file)).mode & 0o077) !== 0) throw new ConfigurationError('development-key', `${file}: others can read this key`, { remedy: 'remove it; a new one is made at the next use' });
    return signerOf(readPrivateKey(await readFile(file, 'utf8'), file), file, true);
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    throw new ConfigurationError('development-key', `${file}: the development key can neither be read nor made: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, remedy: 'give --signing-key' });
  }
}

/** Its public half; undefined where none was made, or it cannot be read: then nothing was signed with it here. */
export async function developmentKey(file: string): Promise<PublicKey | undefined> {
  try {
    return describeKey(createPublicKey(createPrivateKey(await readFile(file, 'utf8'))), file);
  } catch {
    return undefined;
  }
}

/** Two builds may come here at once: the first link wins, and both read that one. */
async function make(file: string): Promise<void> {
  await makeFolder(dirname(file), 0o700);
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, generatePrivateKey('ed25519'), { flag: 'wx', mode: 0o600 });
    await chmod(draft, 0o600);
    await link(draft, file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(() => true, () => false);
}
