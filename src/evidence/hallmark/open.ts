import { isDeepStrictEqual } from 'node:util';
import { BUNDLE_V03_MEDIA_TYPE, type Bundle, bundleFromJSON, bundleToJSON, isBundleWithDsseEnvelope, isBundleWithPublicKey } from '@sigstore/bundle';
import { EvidenceError } from '../../errors.ts';
import { hallmarkFile } from '../bundle/index.ts';
import { parseUnambiguous } from '../statement/index.ts';
import { payloadType } from './sign.ts';

export interface Hallmark {
  /** What messages call it. */
  name: string;
  /** Id of the key that is said to have signed. */
  keyid: string;
  /** The bytes of the statement. */
  statement: Buffer;
  bundle: Bundle;
}

/**
 * Reads a hallmark. Nothing in it is trusted yet.
 * @throws EvidenceError `json-…`, `hallmark-format`, `hallmark-certificate`
 */
export function openHallmark(bytes: Buffer, name = hallmarkFile): Hallmark {
  const format = (what: string, cause?: unknown): EvidenceError =>
    new EvidenceError('hallmark-format', `${name}: not a Sigstore bundle as Cupel takes it: ${what}`, { cause, subject: name });
  const data = parseUnambiguous(bytes, name);
  const bundle = parse(data, format);
  if (bundle.mediaType !== BUNDLE_V03_MEDIA_TYPE) throw format(`its media type is ${JSON.stringify(bundle.mediaType)}`);
  if (!isBundleWithDsseEnvelope(bundle)) throw format('it holds no DSSE envelope');
  if (!isBundleWithPublicKey(bundle)) {
    throw new EvidenceError('hallmark-certificate', `${name}: signed under a certificate; only keys are trusted`, { subject: name, remedy: 'sign with a key whose public half the verifier has' });
  }
  const { content: { dsseEnvelope }, verificationMaterial } = bundle;
  const keyid = verificationMaterial.content.publicKey.hint;
  if (dsseEnvelope.payloadType !== payloadType) throw format(`its payload is ${JSON.stringify(dsseEnvelope.payloadType)}, not ${payloadType}`);
  if (!/^[0-9a-f]{64}$/.test(keyid)) throw format('it does not name a key');
  if (dsseEnvelope.signatures.some((signature) => signature.keyid !== keyid)) throw format('signature and hint name different keys');
  if (verificationMaterial.tlogEntries.length > 0 || (verificationMaterial.timestampVerificationData?.rfc3161Timestamps.length ?? 0) > 0) {
    throw format('it holds log entries or timestamps, which this version does not check');
  }
  return { name, keyid, statement: dsseEnvelope.payload, bundle };
}

function parse(data: unknown, format: (what: string, cause?: unknown) => EvidenceError): Bundle {
  try {
    const bundle = bundleFromJSON(data);
    // Unknown fields, other spellings of base64: what the library reads must be all there is.
    if (!isDeepStrictEqual(bundleToJSON(bundle), data)) throw new Error('it holds more than a bundle does, or says it in another way');
    return bundle;
  } catch (cause) {
    throw format(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
