import { createHash, createPublicKey } from 'node:crypto';
import { GoogleAuth } from 'google-auth-library';
import { ConfigurationError } from '../../../errors.ts';
import { describeKey } from '../key.ts';
import type { Signer } from '../signer.ts';
import { crc32c } from './crc32c.ts';
import { kmsFailure } from './failure.ts';
import type { KmsOptions } from './index.ts';

interface PublicKeyAnswer {
  pem?: string;
  pemCrc32c?: string;
  name?: string;
}

interface SignAnswer {
  signature?: string;
  signatureCrc32c?: string;
  verifiedDigestCrc32c?: boolean;
  verifiedDataCrc32c?: boolean;
  name?: string;
}

/**
 * https://cloud.google.com/kms/docs/reference/rest; every field that matters has a checksum, and each is held against it.
 * @throws ConfigurationError `kms-key`, `kms-denied`, `kms-unreachable`, `key-algorithm`
 */
export async function gcpSigner(reference: string, { googleEndpoint = 'https://cloudkms.googleapis.com' }: KmsOptions): Promise<Signer> {
  const name = parse(reference);
  // Unless one is given, the library looks a project up first, from a service of its own.
  const auth = new GoogleAuth({ projectId: 'none', scopes: ['https://www.googleapis.com/auth/cloudkms'] });
  const ask = async <T>(method: 'GET' | 'POST', path: string, data?: unknown): Promise<T> => {
    try {
      const retryConfig = { retry: 3, httpMethodsToRetry: ['GET', 'POST'], retryDelay: 200 };
      return (await auth.request<T>({ url: `${googleEndpoint.replace(/\/+$/, '')}/v1/${name}${path}`, method, timeout: 30_000, retry: true, retryConfig, ...(data === undefined ? {} : { data }) })).data;
    } catch (cause) {
      throw explained(reference, cause);
    }
  };
  const damaged = (what: string): ConfigurationError => new ConfigurationError('kms-unreachable', `${reference}: ${what} was damaged on its way`);

  const answer = await ask<PublicKeyAnswer>('GET', '/publicKey');
  if (answer.name !== name || answer.pem === undefined || answer.pemCrc32c !== String(crc32c(Buffer.from(answer.pem)))) throw damaged('the public key');
  const key = describeKey(createPublicKey(answer.pem), reference);
  return {
    ...key, development: false,
    sign: async (data) => {
      const digest = createHash('sha256').update(data).digest();
      const raw = key.algorithm === 'ed25519';
      const signed = await ask<SignAnswer>('POST', ':asymmetricSign', raw
        ? { data: data.toString('base64'), dataCrc32c: String(crc32c(data)) }
        : { digest: { sha256: digest.toString('base64') }, digestCrc32c: String(crc32c(digest)) });
      if ((raw ? signed.verifiedDataCrc32c : signed.verifiedDigestCrc32c) !== true || signed.name !== name) throw damaged('what was to be signed');
      const signature = Buffer.from(signed.signature ?? '', 'base64');
      if (signature.length === 0 || signed.signatureCrc32c !== String(crc32c(signature))) throw damaged('the signature');
      return signature;
    },
  };
}

/** The name of a key's version; `versions/` is how cosign writes it. */
function parse(reference: string): string {
  const [, key, version] = /^gcpkms:\/\/(projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+)\/(?:cryptoKeyVersions|versions)\/(\d+)$/.exec(reference) ?? [];
  if (key === undefined || version === undefined) {
    throw new ConfigurationError('kms-key', `${reference}: does not name the version of a key of Cloud KMS`, { remedy: 'write gcpkms://projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/1' });
  }
  return `${key}/cryptoKeyVersions/${version}`;
}

function explained(reference: string, cause: unknown): ConfigurationError {
  const { status, message = String(cause) } = cause as { status?: number; message?: string };
  return kmsFailure(reference, status, /default credentials/i.test(message), message, cause);
}
