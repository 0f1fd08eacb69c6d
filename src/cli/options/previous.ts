import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAssay, type Assay } from '../../assay/index.ts';

/** An earlier assay, and the SHA-256 (hex) of the file that holds its ARF. */
export interface Previous {
  assay: Assay;
  sha256: string;
}

/**
 * Reads what an assay is held against. Of a bundle, whose parts have to agree with each other; nobody asks for its signature here.
 * @param path an ARF or XCCDF results, plain or gzip; an evidence directory; a bundle
 * @throws EvidenceError for what is missing, broken or does not agree
 */
export async function readPrevious(path: string): Promise<Previous> {
  const { kindOf } = await import('../../report/gather/index.ts');
  const kind = await kindOf(path);
  if (kind === 'bundle') {
    const { appraise, readContents } = await import('../../evidence/index.ts');
    const contents = await readContents(path);
    const { assay } = await appraise(contents);
    return { assay, sha256: digestOf(contents.get('arf.xml.gz') ?? Buffer.alloc(0)) };
  }
  const file = kind === 'directory' ? join(path, 'arf.xml.gz') : path;
  return { assay: await readAssay(file), sha256: digestOf(await readFile(file)) };
}

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
