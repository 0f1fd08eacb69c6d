import type { Signer } from '../signer.ts';

export interface KmsOptions {
  /** Where Google Cloud's KMS answers, if not at its own address. AWS's SDK finds its own in the environment. */
  googleEndpoint?: string | undefined;
}

/** Whether a key is named by where its vault is, as cosign names them. */
export function isKmsReference(place: string): boolean {
  return /^(aws|gcp)kms:\/\//.test(place);
}

/**
 * A key that never leaves its vault: `awskms:///alias/NAME` (or a key id or ARN), `gcpkms://projects/…/cryptoKeyVersions/1`.
 * Asks for its public half at once, so that a key that is not there, or may not be used, is known before it is needed.
 * @throws ConfigurationError `kms-key`, `kms-denied`, `kms-unreachable`, `key-algorithm`
 */
export async function kmsSigner(reference: string, options: KmsOptions = {}): Promise<Signer> {
  // Their libraries are large: who signs with a file needs none of them.
  return reference.startsWith('awskms:') ? await (await import('./aws.ts')).awsSigner(reference) : await (await import('./gcp.ts')).gcpSigner(reference, options);
}
