import { hallmarkFile, statementFile } from '../../../src/evidence/bundle/index.ts';
import { payloadType } from '../../../src/evidence/hallmark/index.ts';
import { packBundle, type Contents, type Signer } from '../../../src/evidence/index.ts';
import { ecSigner, signedEvidence, signer, stranger } from '../sample.ts';
import { changed, claims, edit, editHallmark, type Forgery, type Loose, put, resign, textOf } from './forging.ts';

const hallmark = (change: (hallmark: Loose) => void): Forgery['make'] => () => changed((contents) => editHallmark(contents, change));
const text = (change: (text: string) => string): Forgery['make'] => () => changed((contents) => edit(contents, hallmarkFile, change));

const sig = ['dsseEnvelope', 'signatures', 0, 'sig'] as const;
const flip = (base64: string, at = 10): string => {
  const bytes = Buffer.from(base64, 'base64');
  bytes[at]! ^= 1;
  return bytes.toString('base64');
};

/** Another signature in place of the true one. */
const signature = (make: (statement: Buffer) => Promise<Buffer>, by: Signer = signer): Forgery['make'] => async () => {
  const contents = await signedEvidence({}, by);
  const made = await make(contents.get(statementFile)!);
  return await packBundle(editHallmark(contents, (held) => { put(held, made.toString('base64'), ...sig); }));
};

const pae = (type: string, payload: Buffer): Buffer => Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);

/** A certificate of one day in 2006. */
const expiredCertificate = 'MIIBCjCBsgIBATAKBggqhkjOPQQDAjASMRAwDgYDVQQDDAdidWlsZGVyMB4XDTA2MDEwMTAwMDAwMFoXDTA2MDEwMjAwMDAwMFowEjEQMA4GA1UEAwwHYnVpbGRlcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMbD1Cb6wBvaceaISbDW5NKd8Ed7A3YHxU8QY4nea1g0mYJ8nIeSTeb/Wp2DSOK1oHHlysHqkGH5Pk6qEvvcJJIwCgYIKoZIzj0EAwIDRwAwRAIgJEDCHYltXm6TLT+WlbycUlFRYeDkY5x0lUxhepZpyl0CICKXrugy2uU8LcywbLQliaLPNroJMsYCRMjSZHvHZhQL';

async function certified(): Promise<Contents> {
  return editHallmark(await signedEvidence(), (held) => {
    put(held, undefined, 'verificationMaterial', 'publicKey');
    put(held, { rawBytes: expiredCertificate }, 'verificationMaterial', 'certificate');
    put(held, undefined, 'dsseEnvelope', 'signatures', 0, 'keyid');
  });
}

export const hallmarkForgeries: readonly Forgery[] = [
  { name: 'another payload under the signature', code: 'signature-invalid', make: () => changed(async (contents) => {
    const other = await signedEvidence({ image: 'other' });
    return editHallmark(new Map(contents).set(statementFile, other.get(statementFile)!), (held) => { put(held, other.get(statementFile)!.toString('base64'), 'dsseEnvelope', 'payload'); });
  }) },
  { name: 'a signature with one bit flipped', code: 'signature-invalid', make: hallmark((held) => { put(held, flip((held['dsseEnvelope'] as { signatures: { sig: string }[] }).signatures[0]!.sig), ...sig); }) },
  { name: 'a signature of nothing but zeros', code: 'signature-invalid', make: hallmark((held) => { put(held, Buffer.alloc(64).toString('base64'), ...sig); }) },
  { name: 'an ECDSA signature with r and s of zero', code: 'signature-invalid', make: signature(() => Promise.resolve(Buffer.from('3006020100020100', 'hex')), ecSigner) },
  { name: 'an ECDSA signature cut short', code: 'signature-invalid', make: signature(async (statement) => (await ecSigner.sign(pae(payloadType, statement))).subarray(0, 60), ecSigner) },
  { name: 'a signature over the bare payload', code: 'signature-invalid', make: signature((statement) => signer.sign(statement)) },
  { name: 'a signature over the payload as text', code: 'signature-invalid', make: signature((statement) => signer.sign(pae('text/plain', statement))) },
  { name: 'a signature of another key under the id of the trusted one', code: 'signature-invalid', make: signature((statement) => stranger.sign(pae(payloadType, statement))) },
  { name: 'a signature of another kind of key under the id of the trusted one', code: 'signature-invalid', make: signature((statement) => ecSigner.sign(pae(payloadType, statement))) },
  { name: 'an ed25519 signature under the id of a P-256 key', code: 'signature-invalid', make: signature((statement) => signer.sign(pae(payloadType, statement)), ecSigner) },
  { name: 'a key that nobody gave', code: 'signer-unknown', make: async () => packBundle(await signedEvidence({}, stranger)) },
  { name: 'an id of a key that nobody gave', code: 'signer-unknown', make: hallmark((held) => {
    put(held, stranger.keyid, 'verificationMaterial', 'publicKey', 'hint');
    put(held, stranger.keyid, 'dsseEnvelope', 'signatures', 0, 'keyid');
  }) },
  { name: 'a trusted key where none is given', code: 'signer-unknown', make: () => changed((contents) => contents), trust: { keys: [] } },
  { name: 'the development key of this machine', code: 'development-key', make: () => changed((contents) => contents), trust: { keys: [], developmentKey: signer } },
  { name: 'the development key of this machine, given as a trusted one', code: 'development-key', make: () => changed((contents) => contents), trust: { developmentKey: signer } },
  { name: 'a development key of another machine', code: 'development-key', make: async () => packBundle(await signedEvidence({}, { ...signer, development: true })) },
  { name: 'a statement that names another key', code: 'signer-mismatch', make: () => changed((contents) => resign(contents, (statement) => { put(statement, stranger.keyid, 'predicate', claims, 'signer', 'keyid'); })) },
  { name: 'a statement that names another algorithm', code: 'signer-mismatch', make: () => changed((contents) => resign(contents, (statement) => { put(statement, 'ecdsa-p256-sha256', 'predicate', claims, 'signer', 'algorithm'); })) },
  { name: 'no signature at all', code: 'hallmark-format', make: hallmark((held) => { put(held, [], 'dsseEnvelope', 'signatures'); }) },
  { name: 'an empty signature', code: 'hallmark-format', make: hallmark((held) => { put(held, '', ...sig); }) },
  { name: 'two signatures', code: 'hallmark-format', make: hallmark((held) => { const { signatures } = held['dsseEnvelope'] as { signatures: unknown[] }; signatures.push(signatures[0]); }) },
  { name: 'a payload of another type', code: 'hallmark-format', make: hallmark((held) => { put(held, 'text/plain', 'dsseEnvelope', 'payloadType'); }) },
  { name: 'no name of a key', code: 'hallmark-format', make: hallmark((held) => { put(held, '', 'verificationMaterial', 'publicKey', 'hint'); }) },
  { name: 'two names of keys', code: 'hallmark-format', make: hallmark((held) => { put(held, stranger.keyid, 'dsseEnvelope', 'signatures', 0, 'keyid'); }) },
  { name: 'a bundle of an older kind', code: 'hallmark-format', make: hallmark((held) => { put(held, 'application/vnd.dev.sigstore.bundle+json;version=0.1', 'mediaType'); }) },
  { name: 'a bundle of no kind', code: 'hallmark-format', make: hallmark((held) => { put(held, undefined, 'mediaType'); }) },
  { name: 'a signature of a message in place of an envelope', code: 'hallmark-format', make: hallmark((held) => {
    put(held, undefined, 'dsseEnvelope');
    put(held, { messageDigest: { algorithm: 'SHA2_256', digest: Buffer.alloc(32).toString('base64') }, signature: 'AAAA' }, 'messageSignature');
  }) },
  { name: 'an expired certificate in place of a key', code: 'hallmark-certificate', make: async () => packBundle(await certified()) },
  { name: 'an entry of a log that nobody checks', code: 'hallmark-format', make: hallmark((held) => { put(held, [{ logIndex: '1', logId: { keyId: 'AAAA' }, kindVersion: { kind: 'dsse', version: '0.0.1' }, integratedTime: '1', canonicalizedBody: 'AAAA' }], 'verificationMaterial', 'tlogEntries'); }) },
  { name: 'a timestamp that nobody checks', code: 'hallmark-format', make: hallmark((held) => { put(held, [{ signedTimestamp: 'AAAA' }], 'verificationMaterial', 'timestampVerificationData', 'rfc3161Timestamps'); }) },
  { name: 'a field that no bundle has', code: 'hallmark-format', make: hallmark((held) => { put(held, 'x', 'comment'); }) },
  { name: 'a payload with a line break in its base64', code: 'hallmark-format', make: text((held) => held.replace(/"payload": "([^"]+)"/, (_all, payload: string) => `"payload": "${payload.slice(0, 8)}\\n${payload.slice(8)}"`)) },
  { name: 'a key that is there twice', code: 'json-ambiguous', make: text((held) => held.replace('"mediaType"', '"mediaType": "x",\n  "mediaType"')) },
  { name: 'JSON without its spaces', code: 'json-ambiguous', make: text((held) => JSON.stringify(JSON.parse(held))) },
  { name: 'a byte-order mark', code: 'json-invalid', make: text((held) => `\ufeff${held}`) },
  { name: 'no JSON', code: 'json-invalid', make: text(() => 'signed, the management\n') },
  { name: 'another JSON document', code: 'hallmark-format', make: () => changed((contents) => edit(contents, hallmarkFile, () => textOf(contents, 'environment.json'))) },
];
