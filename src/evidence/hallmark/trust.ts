import { verify } from 'node:crypto';
import { dsse } from '@sigstore/core';
import { toSignedEntity, VerificationError, Verifier, type TrustMaterial } from '@sigstore/verify';
import { EvidenceError } from '../../errors.ts';
import type { PublicKey } from '../keys/index.ts';
import { type Certification, type KeylessTrust, proveCertificate } from './keyless.ts';
import type { Hallmark } from './open.ts';
import { payloadType } from './sign.ts';

export interface Trust {
  /** Keys given by who verifies. */
  keys: readonly PublicKey[];
  /** The development key of this machine, when there is one. */
  developmentKey: PublicKey | undefined;
  /** Take a development key for once. */
  allowDevelopment: boolean;
  /** Identities that may have signed, where any may. */
  keyless?: KeylessTrust;
}

/** A key whose signature is proved; where it has a certificate, whose it is. */
export interface ProvedSigner extends PublicKey {
  certification?: Certification;
}

/** Every key in `keys` may sign at any time: how long a key is trusted is for who hands it out. */
const noOtherTrust: Omit<TrustMaterial, 'publicKey'> = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };

/**
 * The key that signed, once its signature is proved.
 * @throws EvidenceError `signer-unknown`, `signature-invalid`, `hallmark-certificate`, and as for certificates
 */
export function proveSignature(hallmark: Hallmark, trust: Trust): ProvedSigner {
  if (hallmark.certified !== undefined) {
    if (trust.keyless === undefined) throw new EvidenceError('hallmark-certificate', `${hallmark.name}: signed by an identity, under a certificate; only keys were given to trust`, { subject: hallmark.name });
    const { certificate, key } = hallmark.certified;
    return { ...key, certification: proveCertificate(hallmark, certificate, trust.keyless) };
  }
  const known = trust.developmentKey === undefined ? trust.keys : [...trust.keys, trust.developmentKey];
  const signer = known.find(({ keyid }) => keyid === hallmark.keyid);
  if (signer === undefined) {
    throw new EvidenceError('signer-unknown', `signed with key ${hallmark.keyid}, which is none of the ${trust.keys.length} given`, { subject: hallmark.name, remedy: 'give the public key that you trust: --key FILE' });
  }
  // Keys alone: no transparency log, no timestamps, no certificates.
  const verifier = new Verifier({ ...noOtherTrust, publicKey: () => ({ publicKey: signer.key, validFor: () => true }) }, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
  try {
    verifier.verify(toSignedEntity(hallmark.bundle));
  } catch (cause) {
    if (!(cause instanceof VerificationError)) throw cause;
    throw new EvidenceError('signature-invalid', `${hallmark.name}: the signature is not one of key ${signer.keyid} over this statement`, { cause, subject: hallmark.name });
  }
  return signer;
}

/**
 * Reads back what was just signed: by this very key, and named so.
 * @throws EvidenceError `signature-invalid`
 */
export function assertOwnSignature({ name, keyid, statement, bundle }: Hallmark, signer: PublicKey): void {
  const signature = bundle.content.dsseEnvelope.signatures[0]?.sig ?? Buffer.alloc(0);
  if (keyid !== signer.keyid || !verify(signer.algorithm === 'ed25519' ? null : 'sha256', dsse.preAuthEncoding(payloadType, statement), signer.key, signature)) {
    throw new EvidenceError('signature-invalid', `${name}: what was signed is not signed with key ${signer.keyid}`, { subject: name });
  }
}

/** @throws EvidenceError `development-key`, `signer-mismatch` */
export function assertSigner(signer: PublicKey, claimed: { keyid: string; algorithm: string; development: boolean }, trust: Trust, name: string): void {
  // The key is named in what is signed, so that no other key can be made to fit the signature.
  if (claimed.keyid !== signer.keyid || claimed.algorithm !== signer.algorithm) {
    throw new EvidenceError('signer-mismatch', `the statement says that ${claimed.algorithm} key ${claimed.keyid} signs it, but ${signer.algorithm} key ${signer.keyid} did`, { subject: name });
  }
  if ((claimed.development || signer.keyid === trust.developmentKey?.keyid) && !trust.allowDevelopment) {
    throw new EvidenceError('development-key', `${name}: signed with a development key (${signer.keyid}): it was made by Cupel on first use and proves nothing`, { subject: name, remedy: 'build with --signing-key; or, to look at it all the same, --allow-development-key' });
  }
}
