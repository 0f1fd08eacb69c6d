import { createPublicKey, type KeyObject, sign as signBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Bundle } from '@sigstore/bundle';
import { describeKey, type PublicKey } from './key.ts';

/** Whoever can sign: a key in a file, one that never leaves its vault, or one that lives as long as this process. */
export interface Signer extends PublicKey {
  /** Made by Cupel itself because none was given: nobody has reason to trust it. */
  development: boolean;
  /** The signature of `data`: raw for Ed25519, DER over SHA-256 for ECDSA. */
  sign(data: Buffer): Promise<Buffer>;
  /** Where nobody knows the key: signs a statement and has others vouch for who did, and when. */
  certify?: (statement: Buffer, payloadType: string) => Promise<Bundle>;
}

const signAsync = promisify<string | null, Buffer, KeyObject, Buffer>(signBytes);

/** @throws ConfigurationError `key-algorithm` */
export function signerOf(privateKey: KeyObject, source: string, development = false): Signer {
  const held = describeKey(createPublicKey(privateKey), source);
  const digest = held.algorithm === 'ed25519' ? null : 'sha256';
  return { ...held, development, sign: (data) => signAsync(digest, data, privateKey) };
}
