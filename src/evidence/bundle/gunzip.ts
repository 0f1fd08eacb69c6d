import { crc32, inflateRawSync } from 'node:zlib';
import { EvidenceError } from '../../errors.ts';
import { bundleLimits } from './entries.ts';

const headerLength = 10;
const trailerLength = 8;

/**
 * The bytes of a gzip file that is one member without name, comment or time, and nothing behind it:
 * what two readers could take differently is refused.
 * @throws EvidenceError `bundle-too-large`, `bundle-truncated`, `bundle-corrupt`
 */
export function gunzip(bytes: Buffer, path: string, limit: number = bundleLimits.unpacked): Buffer {
  if (bytes.length < headerLength + trailerLength) throw truncated(path);
  // Magic, deflate, no flags, no time; then how hard it was compressed, and on which system.
  if (!bytes.subarray(0, 8).equals(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]))) throw corrupt(path, 'its header is not that of a bundle');
  const { inflated, consumed } = inflate(bytes.subarray(headerLength), path, limit);
  const trailer = bytes.subarray(headerLength + consumed);
  if (trailer.length < trailerLength) throw truncated(path);
  if (trailer.length > trailerLength) throw corrupt(path, 'there is something behind its end');
  if (trailer.readUInt32LE(0) !== crc32(inflated) || trailer.readUInt32LE(4) !== inflated.length) throw corrupt(path, 'its checksum is wrong');
  return inflated;
}

function inflate(deflated: Buffer, path: string, limit: number): { inflated: Buffer; consumed: number } {
  try {
    // With `info` zlib tells how much it consumed; its types do not know that.
    const { buffer: inflated, engine } = inflateRawSync(deflated, { info: true, maxOutputLength: limit }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    return { inflated, consumed: engine.bytesWritten };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new EvidenceError('bundle-too-large', `${path}: unpacks to more than ${limit} bytes`, { cause, subject: path });
    if (code === 'Z_BUF_ERROR') throw truncated(path);
    throw corrupt(path, 'it does not decompress', cause);
  }
}

function truncated(path: string): EvidenceError {
  return new EvidenceError('bundle-truncated', `${path}: the bundle ends too early`, { subject: path, remedy: 'fetch it again' });
}

function corrupt(path: string, what: string, cause?: unknown): EvidenceError {
  return new EvidenceError('bundle-corrupt', `${path}: not the compressed file of a bundle: ${what}`, { cause, subject: path });
}
