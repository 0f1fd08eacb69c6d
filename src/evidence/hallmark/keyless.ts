import type { X509Certificate } from 'node:crypto';
import { type SignedEntity, type Signer as Signatory, toSignedEntity, type TrustMaterial, VerificationError, Verifier } from '@sigstore/verify';
import { EvidenceError } from '../../errors.ts';
import type { Hallmark } from './open.ts';

/** Whom to trust without knowing a key: who issues, logs and stamps, and the identities that may sign. */
export interface KeylessTrust {
  root: TrustMaterial;
  /** OIDC issuer, to the letter. */
  issuer: string;
  /** Identities of it, to the letter: a workflow's URI, or an e-mail address. */
  identities: readonly string[];
}

/** What others vouch for of a hallmark that was signed without a key to keep. */
export interface Certification {
  identity: string;
  issuer: string;
  /** The earliest moment that a log or timestamp authority names, ISO 8601. */
  signedAt: string;
}

const codeSigning = '1.3.6.1.5.5.7.3.3';

/**
 * Proves who signed, and that it was while the certificate was valid. Whatever the trusted root names must be there: an entry
 * in its transparency log, a timestamp of certificate transparency; one proved time of signing always.
 * @throws EvidenceError `certificate-invalid`, `log-entry-invalid`, `signing-time-unproved`, `signature-invalid`, `signer-issuer`, `signer-identity`
 */
export function proveCertificate({ bundle, name }: Hallmark, certificate: X509Certificate, { root, issuer, identities }: KeylessTrust): Certification {
  // Node's types do not know that a certificate may have none.
  const usages = certificate.keyUsage as string[] | undefined;
  if (certificate.ca || usages?.includes(codeSigning) !== true) throw new EvidenceError('certificate-invalid', `${name}: its certificate is not one for signing code`, { subject: name });
  const verifier = new Verifier(root, { tlogThreshold: root.tlogs.length > 0 ? 1 : 0, ctlogThreshold: root.ctlogs.length > 0 ? 1 : 0, timestampThreshold: 1 });
  let entity: SignedEntity;
  let signer: Signatory;
  try {
    entity = toSignedEntity(bundle);
    signer = verifier.verify(entity);
  } catch (cause) {
    throw unproved(name, cause);
  }
  // To the letter and by ourselves: the library takes the identity for a pattern that may match anywhere.
  const found = { issuer: signer.identity?.extensions?.issuer ?? '', identity: signer.identity?.subjectAlternativeName ?? '' };
  if (found.issuer === '' || found.issuer !== issuer) throw new EvidenceError('signer-issuer', `${name}: signed by an identity of ${JSON.stringify(found.issuer)}, not of ${JSON.stringify(issuer)}`, { subject: name });
  if (found.identity === '' || !identities.includes(found.identity)) throw new EvidenceError('signer-identity', `${name}: signed by ${JSON.stringify(found.identity)}, who is none of those trusted`, { subject: name });
  return { ...found, signedAt: earliest(entity).toISOString() };
}

/** Only an entry with its log's promise says when: the promise is what covers the time. */
function earliest({ timestamps }: SignedEntity): Date {
  const times = timestamps.flatMap((stamp) => {
    if (stamp.$case === 'timestamp-authority') return [stamp.timestamp.signingTime.getTime()];
    return stamp.tlogEntry.inclusionPromise === undefined ? [] : [Number(stamp.tlogEntry.integratedTime) * 1000];
  });
  return new Date(Math.min(...times));
}

/** Whatever the library throws, nothing is proved; what it cannot parse is no better than what it refuses. */
function unproved(name: string, cause: unknown): EvidenceError {
  const code: string = cause instanceof VerificationError ? cause.code : '';
  const why = cause instanceof Error ? cause.message : String(cause);
  const details = { cause, subject: name };
  if (code.startsWith('TLOG_')) return new EvidenceError('log-entry-invalid', `${name}: the transparency log does not vouch for it: ${why}`, details);
  if (code === 'TIMESTAMP_ERROR') return new EvidenceError('signing-time-unproved', `${name}: it is not proved when it was signed: ${why}`, details);
  if (code === 'CERTIFICATE_ERROR') return new EvidenceError('certificate-invalid', `${name}: its certificate is not one of the trusted root, or was not valid when it signed: ${why}`, details);
  return new EvidenceError('signature-invalid', `${name}: the signature is not one of its certificate over this statement: ${why}`, details);
}
