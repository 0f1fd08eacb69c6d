import { type Bundle, bundleToJSON, toDSSEBundle } from '@sigstore/bundle';
import { dsse } from '@sigstore/core';
import type { Signer } from '../keys/index.ts';

export const payloadType = 'application/vnd.in-toto+json';

/**
 * Signs a statement: a DSSE envelope in a Sigstore bundle (v0.3) that names the key by its id, or holds its certificate.
 * @returns the text of `hallmark.sigstore.json`
 */
export async function signStatement(statement: Buffer, signer: Signer): Promise<string> {
  const hallmark = signer.certify === undefined ? await signWithKey(statement, signer) : await signer.certify(statement, payloadType);
  return `${JSON.stringify(bundleToJSON(hallmark), null, 2)}\n`;
}

async function signWithKey(statement: Buffer, signer: Signer): Promise<Bundle> {
  const signature = await signer.sign(dsse.preAuthEncoding(payloadType, statement));
  return toDSSEBundle({ artifact: statement, artifactType: payloadType, signature, keyHint: signer.keyid });
}
