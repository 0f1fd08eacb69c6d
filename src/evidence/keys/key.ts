import { createHash, type KeyObject } from 'node:crypto';
import { ConfigurationError } from '../../errors.ts';

/** What a hallmark is signed with. P-256 always with SHA-256. */
export const keyAlgorithms = ['ed25519', 'ecdsa-p256-sha256'] as const;
export type KeyAlgorithm = (typeof keyAlgorithms)[number];

/** A public key, and where it comes from. */
export interface PublicKey {
  /** SHA-256 (hex) of its SubjectPublicKeyInfo: `openssl pkey -pubin -outform DER | sha256sum`. */
  keyid: string;
  algorithm: KeyAlgorithm;
  key: KeyObject;
}

/** @throws ConfigurationError `key-algorithm` for every other kind of key */
export function describeKey(key: KeyObject, source: string): PublicKey {
  const keyid = createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('hex');
  return { keyid, algorithm: algorithmOf(key, source), key };
}

function algorithmOf(key: KeyObject, source: string): KeyAlgorithm {
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === 'ec' && curve === 'prime256v1') return 'ecdsa-p256-sha256';
  throw new ConfigurationError('key-algorithm', `${source}: a key of type ${key.asymmetricKeyType ?? 'unknown'}${curve === undefined ? '' : ` on curve ${curve}`} is not taken`, {
    remedy: 'use Ed25519 or ECDSA P-256: cupel key generate',
  });
}
