import { createHash, type KeyPairKeyObjectResult, sign } from 'node:crypto';
import type { initializeCTLog } from '@sigstore/mock';
import { X509Certificate } from '@sigstore/core';

/**
 * A log of certificates (RFC 6962). Sigstore's stand-in for one writes empty signatures with the versions of its own
 * dependencies that its range takes by now.
 */
export function certificateLog({ publicKey, privateKey }: KeyPairKeyObjectResult): Awaited<ReturnType<typeof initializeCTLog>> {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const logID = createHash('sha256').update(spki).digest();
  return {
    publicKey: spki, logID,
    log: (precertificate, issuer) => {
      const tbs = X509Certificate.parse(Buffer.from(precertificate)).tbsCertificate.toDER();
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(BigInt(Date.now()));
      const [version, certificateTimestamp, precertEntry, noExtensions, sha256WithEcdsa] = [Buffer.of(0), Buffer.of(0), Buffer.of(0, 1), Buffer.of(0, 0), Buffer.of(4, 3)];
      const signature = sign('sha256', Buffer.concat([version, certificateTimestamp, time, precertEntry, Buffer.from(issuer), length(tbs, 3), tbs, noExtensions]), privateKey);
      const stamp = Buffer.concat([version, logID, time, noExtensions, sha256WithEcdsa, length(signature, 2), signature]);
      const entry = Buffer.concat([length(stamp, 2), stamp]);
      return Promise.resolve(entry.buffer.slice(entry.byteOffset, entry.byteOffset + entry.length));
    },
  };
}

function length(bytes: Buffer, size: number): Buffer {
  const written = Buffer.alloc(size);
  written.writeUIntBE(bytes.length, 0, size);
  return written;
}
