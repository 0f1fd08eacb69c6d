import { X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Bundle, bundleFromJSON, type BundleWithDsseEnvelope, bundleToJSON, BUNDLE_V03_MEDIA_TYPE, isBundleWithDsseEnvelope } from '@sigstore/bundle';
import { EvidenceError } from '../../errors.ts';
import { hallmarkFile } from '../bundle/index.ts';
import { describeKey, type PublicKey } from '../keys/index.ts';
import { parseUnambiguous } from '../statement/index.ts';
import { payloadType } from './sign.ts';

export interface Hallmark {
  /** What messages call it. */
  name: string;
  /** Id of the key that is said to have signed. */
  keyid: string;
  /** Where there is a certificate instead of a key that is known: it, and the key in it. */
  certified: { certificate: X509Certificate; key: PublicKey } | undefined;
  /** The bytes of the statement. */
  statement: Buffer;
  bundle: BundleWithDsseEnvelope;
}

type Failure = (what: string, cause?: unknown) => EvidenceError;

/**
 * Reads a hallmark. Nothing in it is trusted yet.
 * @throws EvidenceError `json-…`, `hallmark-format`
 */
export function openHallmark(bytes: Buffer, name = hallmarkFile): Hallmark {
  const format: Failure = (what, cause) => new EvidenceError('hallmark-format', `${name}: not a Sigstore bundle as Cupel takes it: ${what}`, { cause, subject: name });
  const bundle = parse(parseUnambiguous(bytes, name), format);
  if (bundle.mediaType !== BUNDLE_V03_MEDIA_TYPE) throw format(`its media type is ${JSON.stringify(bundle.mediaType)}`);
  if (!isBundleWithDsseEnvelope(bundle)) throw format('it holds no DSSE envelope');
  const { dsseEnvelope } = bundle.content;
  if (dsseEnvelope.payloadType !== payloadType) throw format(`its payload is ${JSON.stringify(dsseEnvelope.payloadType)}, not ${payloadType}`);
  return { name, ...namedIn(bundle, format), statement: dsseEnvelope.payload, bundle };
}

/** The key that is said to have signed, as the kind of bundle names it. */
function namedIn(bundle: BundleWithDsseEnvelope, format: Failure): Pick<Hallmark, 'keyid' | 'certified'> {
  const { content: { dsseEnvelope: { signatures } }, verificationMaterial: { content, tlogEntries, timestampVerificationData } } = bundle;
  const timestamps = timestampVerificationData?.rfc3161Timestamps.length ?? 0;
  if (content.$case === 'publicKey') {
    const keyid = content.publicKey.hint;
    if (!/^[0-9a-f]{64}$/.test(keyid)) throw format('it does not name a key');
    if (signatures.some((signature) => signature.keyid !== keyid)) throw format('signature and hint name different keys');
    if (tlogEntries.length > 0 || timestamps > 0) throw format('it holds log entries or timestamps, which are not checked where a key signs');
    return { keyid, certified: undefined };
  }
  if (content.$case !== 'certificate') throw format('it holds a chain of certificates');
  if (signatures.some(({ keyid }) => keyid !== '')) throw format('its certificate and a key id name the signer');
  if (tlogEntries.length > 1 || timestamps > 1) throw format('it holds more than one log entry or timestamp');
  try {
    const { rawBytes } = content.certificate;
    const certificate = new X509Certificate(rawBytes);
    // OpenSSL also takes PEM, and leaves what is behind the end alone.
    if (!certificate.raw.equals(rawBytes)) throw new Error('it is not DER, or there is something behind its end');
    const key = describeKey(certificate.publicKey, 'the certificate');
    return { keyid: key.keyid, certified: { certificate, key } };
  } catch (cause) {
    throw format(`its certificate cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

function parse(data: unknown, format: Failure): Bundle {
  try {
    const bundle = bundleFromJSON(data);
    // Unknown fields, other spellings of base64: what the library reads must be all there is.
    if (!isDeepStrictEqual(bundleToJSON(bundle), data)) throw new Error('it holds more than a bundle does, or says it in another way');
    return bundle;
  } catch (cause) {
    throw format(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
