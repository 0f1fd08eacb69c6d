import { execFileSync } from 'node:child_process';
import { type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Service } from './index.ts';

const kinds: Readonly<Record<string, string>> = { ed25519: 'EC_SIGN_ED25519', ec: 'EC_SIGN_P256_SHA256', rsa: 'RSA_SIGN_PKCS1_2048_SHA256' };

/** Bit by bit, as RFC 3720 describes it; checked against its test vector when this is loaded. */
export function checksum(bytes: Uint8Array): string {
  let value = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit += 1) {
      const mixed = (value ^ (byte >> bit)) & 1;
      value = (value >>> 1) ^ (mixed === 1 ? 0x82f63b78 : 0);
    }
  }
  return String((value ^ 0xffffffff) >>> 0);
}
if (checksum(Buffer.from('123456789')) !== String(0xe3069283)) throw new Error('the checksum of the lab is wrong');

/**
 * Cloud KMS's asymmetric keys, which really sign, and refuse what comes without or with a wrong checksum.
 * @param keys private key and its public half, by the name of the key version
 */
export function kms(keys: ReadonlyMap<string, { privateKey: KeyObject; publicKey: KeyObject }>): Service {
  return ({ method, url: { pathname }, body }) => {
    const [, name = '', verb] = /^\/v1\/(projects\/.*\/cryptoKeyVersions\/\d+)(\/publicKey|:asymmetricSign)$/.exec(pathname) ?? [];
    if (verb === undefined) return undefined;
    const key = keys.get(name);
    if (key === undefined) return { status: 404, json: { error: { code: 404, message: `CryptoKeyVersion ${name} not found.`, status: 'NOT_FOUND' } } };
    const kind = key.privateKey.asymmetricKeyType ?? '';
    if (verb === '/publicKey' && method === 'GET') {
      const pem = key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
      return { status: 200, json: { name, pem, pemCrc32c: checksum(Buffer.from(pem)), algorithm: kinds[kind], protectionLevel: 'HSM' } };
    }
    if (method !== 'POST') return undefined;
    const { digest, digestCrc32c, data, dataCrc32c } = JSON.parse(body.toString()) as { digest?: { sha256?: string }; digestCrc32c?: string; data?: string; dataCrc32c?: string };
    const bad = (message: string): ReturnType<Service> => ({ status: 400, json: { error: { code: 400, message, status: 'INVALID_ARGUMENT' } } });
    let signature: Buffer;
    if (kind === 'ed25519') {
      const message = Buffer.from(data ?? '', 'base64');
      if (data === undefined || digest !== undefined) return bad('The raw data is needed for this algorithm.');
      if (dataCrc32c !== checksum(message)) return bad('The checksum in field data_crc32c did not match the data.');
      signature = sign(null, message, key.privateKey);
    } else {
      const hash = Buffer.from(digest?.sha256 ?? '', 'base64');
      if (hash.length !== 32 || data !== undefined) return bad('A SHA-256 digest is needed for this algorithm.');
      if (digestCrc32c !== checksum(hash)) return bad('The checksum in field digest_crc32c did not match the digest.');
      signature = signDigest(hash, key.privateKey);
    }
    return {
      status: 200,
      json: { name, signature: signature.toString('base64'), signatureCrc32c: checksum(signature), ...(kind === 'ed25519' ? { verifiedDataCrc32c: true } : { verifiedDigestCrc32c: true }), protectionLevel: 'HSM' },
    };
  };
}

/** Node hashes whatever it signs with ECDSA; OpenSSL's own tool signs a digest as it is. */
function signDigest(digest: Buffer, privateKey: KeyObject): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'cupel-kms-'));
  try {
    writeFileSync(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    return execFileSync('openssl', ['pkeyutl', '-sign', '-inkey', join(folder, 'key.pem')], { input: digest });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
