import { createHash, createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { ConfigurationError } from '../../../errors.ts';
import { describeKey } from '../key.ts';
import type { Signer } from '../signer.ts';
import { kmsFailure } from './failure.ts';

/** @throws ConfigurationError `kms-key`, `kms-denied`, `kms-unreachable`, `key-algorithm` */
export async function awsSigner(reference: string): Promise<Signer> {
  const { keyId, endpoint, region } = parse(reference);
  const client = new KMSClient({ ...(endpoint === undefined ? {} : { endpoint }), ...(region === undefined ? {} : { region }) });
  const asked = async <T>(work: Promise<T>): Promise<T> => work.catch((cause: unknown) => { throw explained(reference, cause); });

  const { PublicKey: spki, KeyUsage: usage, SigningAlgorithms: algorithms = [] } = await asked(client.send(new GetPublicKeyCommand({ KeyId: keyId })));
  if (spki === undefined || usage !== 'SIGN_VERIFY') throw new ConfigurationError('kms-key', `${reference}: is not a key that signs`, { remedy: 'make one with key usage SIGN_VERIFY and key spec ECC_NIST_P256' });
  const key = describeKey(createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }), reference);
  // Of Ed25519, KMS takes messages up to 4096 bytes, and a statement is longer.
  if (key.algorithm !== 'ecdsa-p256-sha256' || !algorithms.includes('ECDSA_SHA_256')) {
    throw new ConfigurationError('kms-key', `${reference}: signs with ${algorithms.join(', ')}, not with ECDSA_SHA_256`, { remedy: 'make a key with key spec ECC_NIST_P256' });
  }
  return {
    ...key, development: false,
    sign: async (data) => {
      const digest = createHash('sha256').update(data).digest();
      const { Signature: signature } = await asked(client.send(new SignCommand({ KeyId: keyId, Message: digest, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' })));
      if (signature === undefined) throw new ConfigurationError('kms-unreachable', `${reference}: gave no signature`);
      return Buffer.from(signature);
    },
  };
}

/** `awskms://[HOST[:PORT]]/KEY`: a key id, `alias/NAME`, or the ARN of either, which says its region, too. */
function parse(reference: string): { keyId: string; endpoint: string | undefined; region: string | undefined } {
  const [, host = '', keyId] = /^awskms:\/\/(|localhost|[^/]*[.:][^/]*)\/((?:arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:)?(?:key\/|alias\/)?[A-Za-z0-9/_-]+)$/.exec(reference) ?? [];
  if (keyId === undefined) throw new ConfigurationError('kms-key', `${reference}: does not name a key of AWS KMS`, { remedy: 'write awskms:///alias/NAME, awskms:///KEY-ID or awskms:///ARN' });
  const local = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host);
  return { keyId, endpoint: host === '' ? undefined : `${local ? 'http' : 'https'}://${host}`, region: keyId.startsWith('arn:') ? keyId.split(':')[3] : undefined };
}

function explained(reference: string, cause: unknown): ConfigurationError {
  const { name = 'Error', message = String(cause), $metadata } = cause as { name?: string; message?: string; $metadata?: { httpStatusCode?: number } };
  return kmsFailure(reference, $metadata?.httpStatusCode, name === 'CredentialsProviderError' || name === 'AccessDeniedException', `${name}: ${message}`, cause);
}
