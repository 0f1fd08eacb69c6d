import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { ConfigurationError } from '../../errors.ts';
import type { KeyAlgorithm } from './key.ts';

/**
 * A private key from PEM: PKCS #8, encrypted or not, or SEC 1.
 * @param source what to call it in messages; no message holds anything of the key
 * @throws ConfigurationError `signing-key`, `signing-key-passphrase`
 */
export function readPrivateKey(pem: string, source: string, passphrase?: string): KeyObject {
  if (!/-----BEGIN (?:EC |ENCRYPTED )?PRIVATE KEY-----/.test(pem)) {
    throw new ConfigurationError('signing-key', `${source}: holds no private key in PEM`, { remedy: 'make one with cupel key generate, or convert: openssl pkcs8 -topk8' });
  }
  const encrypted = pem.includes('BEGIN ENCRYPTED PRIVATE KEY') || pem.includes('Proc-Type: 4,ENCRYPTED');
  if (encrypted && passphrase === undefined) {
    throw new ConfigurationError('signing-key-passphrase', `${source}: the key is encrypted`, { remedy: 'give --signing-passphrase FILE or --signing-passphrase env:NAME' });
  }
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    // OpenSSL's own words help nobody, and a cause would go to the log.
    throw encrypted
      ? new ConfigurationError('signing-key-passphrase', `${source}: the passphrase does not open the key`)
      : new ConfigurationError('signing-key', `${source}: the private key cannot be read`);
  }
}

/** A new key as PEM (PKCS #8), encrypted with AES-256 when there is a passphrase. */
export function generatePrivateKey(algorithm: KeyAlgorithm, passphrase?: string): string {
  const { privateKey } = algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return privateKey.export({ type: 'pkcs8', format: 'pem', ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }) }).toString();
}
