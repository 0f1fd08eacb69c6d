import { createHash, verify, X509Certificate } from 'node:crypto';
import type { initializeTLog } from '@sigstore/mock';

type Log = Awaited<ReturnType<typeof initializeTLog>>;

interface ProposedEntry {
  kind: string;
  apiVersion: string;
  spec: { proposedContent: { envelope: string; verifiers: string[] } };
}

interface Envelope {
  payloadType: string;
  payload: string;
  signatures: { sig: string }[];
}

const sha256 = (data: Buffer | string): { algorithm: 'sha256'; value: string } => ({ algorithm: 'sha256', value: createHash('sha256').update(data).digest('hex') });

/** What Rekor does with a proposed `dsse` entry: checks its signature, keeps digests of it, and promises that it is there. @throws Error */
export async function enter(body: string, log: Log): Promise<object> {
  const { kind, apiVersion, spec: { proposedContent } } = JSON.parse(body) as ProposedEntry;
  if (kind !== 'dsse' || apiVersion !== '0.0.1') throw new Error(`no entry of kind ${kind} ${apiVersion}`);
  const { payloadType, payload, signatures } = JSON.parse(proposedContent.envelope) as Envelope;
  const [verifier = ''] = proposedContent.verifiers;
  const [signature] = signatures;
  const bytes = Buffer.from(payload, 'base64');
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `), bytes]);
  const { publicKey } = new X509Certificate(Buffer.from(verifier, 'base64'));
  if (signature === undefined || !verify('sha256', signed, publicKey, Buffer.from(signature.sig, 'base64'))) throw new Error('the signature is not one of the certificate');
  const entry = { kind, apiVersion, spec: { envelopeHash: sha256(proposedContent.envelope), payloadHash: sha256(bytes), signatures: [{ signature: signature.sig, verifier }] } };
  return await log.log(entry) as object;
}
