import { AssayReader } from '../../assay/read/index.ts';
import type { Assay } from '../../assay/model.ts';
import { EvidenceError } from '../../errors.ts';
import type { Platform } from '../platform/index.ts';

/**
 * Reads an assay from a compressed ARF.
 * @throws EvidenceError `gzip-corrupt`, and what the reader throws
 */
export function readCompressedArf(platform: Platform, path: string): Assay {
  const reader = new AssayReader(platform);
  const { exitCode, stderr } = platform.run(['gzip', '-dc'], { stdin: path, stdout: { take: (chunk) => { reader.write(chunk); } } });
  if (exitCode !== 0) throw new EvidenceError('gzip-corrupt', `${path}: ${stderr.trim()}`, { subject: path, remedy: 'the file is damaged' });
  return reader.end();
}

/** Reads an assay from an ARF as oscap wrote it. */
export function readArf(platform: Platform, path: string): Assay {
  const reader = new AssayReader(platform);
  platform.files.read(path, (chunk) => { reader.write(chunk); });
  return reader.end();
}
