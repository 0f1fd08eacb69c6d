import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { type Assay, AssayReader, inflater, oneToOne } from '../../assay/index.ts';
import { CupelError, EvidenceError } from '../../errors.ts';
import type { XmlHandler } from '../../xml/index.ts';
import { arfLimit } from '../bundle/index.ts';

/**
 * Reads the assay out of `arf.xml.gz`, held in memory, without ever holding the ARF itself.
 * @throws EvidenceError `gzip-corrupt`, `gzip-truncated`, `evidence-too-large`, and what the reader finds wrong (`xml-…`, `arf-…`)
 */
export async function assayIn(gzipped: Buffer, beside?: XmlHandler, name = 'arf.xml.gz'): Promise<Assay> {
  const reader = new AssayReader({ oneToOne }, beside);
  const inflate = inflater();
  let taken = 0;
  // A pipeline reports the abort of its source in place of what its consumer threw.
  let refusal: unknown;
  try {
    await pipeline(Readable.from([gzipped], { objectMode: false }), inflate, async (chunks: AsyncIterable<Uint8Array>) => {
      try {
        for await (const chunk of chunks) {
          taken += chunk.length;
          if (taken > arfLimit) throw new EvidenceError('evidence-too-large', `${name}: unpacks to more than ${arfLimit} bytes`, { subject: name });
          reader.write(chunk);
        }
      } catch (error) {
        refusal = error;
        throw error;
      }
    });
  } catch (error) {
    const cause = refusal ?? error;
    if (cause instanceof CupelError) throw cause;
    const truncated = (cause as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
    throw new EvidenceError(truncated ? 'gzip-truncated' : 'gzip-corrupt', `${name}: the compressed ARF ${truncated ? 'ends too early' : 'is damaged'}`, { cause, subject: name });
  }
  if (inflate.bytesWritten !== gzipped.length) throw new EvidenceError('gzip-corrupt', `${name}: there is something behind the end of the compressed ARF`, { subject: name });
  return reader.end();
}
