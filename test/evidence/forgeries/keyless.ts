import { mock } from 'node:test';
import { hallmarkFile } from '../../../src/evidence/bundle/index.ts';
import { type Contents, keylessSigner, packBundle, readSigningConfig, readTrustedRoot, type Signer, type Trust } from '../../../src/evidence/index.ts';
import { image, signedEvidence, signer as factoryKey, stranger } from '../sample.ts';
import { inCi, type Sigstore, type SigstoreOptions, startSigstore } from '../sigstore/index.ts';
import { claims, editHallmark, type Forgery, type Loose, put, resign, textOf } from './forging.ts';

interface Scene {
  /** True evidence, signed at this instance. */
  contents: Contents;
  sigstore: Sigstore;
  signer: Signer;
}

interface Staging {
  instance?: SigstoreOptions;
  /** Who is trusted, where it is not the one who signs. */
  identity?: string;
  issuer?: string;
  /** Parts of the trusted root that are those of another instance. */
  foreign?: readonly string[];
  keyless?: false;
  at?: string;
}

/** Evidence signed at an instance of its own, then changed; and whom its verifier trusts. */
const scene = (change: (scene: Scene) => Contents | Promise<Contents>, staging: Staging = {}): Forgery['make'] => async () => {
  mock.timers.enable({ apis: ['Date'], now: new Date(staging.at ?? '2026-11-23T16:00:00Z') });
  try {
    const sigstore = await startSigstore(staging.instance);
    const other = await startSigstore();
    await other.close();
    try {
      const signer = await inCi(sigstore, async () => keylessSigner(await readSigningConfig(sigstore.signingConfig, 'signing_config.json', new Date())));
      const contents = await inCi(sigstore, async () => change({ contents: await signedEvidence({}, signer), sigstore, signer }));
      const [root, foreign] = [sigstore, other].map(({ trustedRoot }) => JSON.parse(trustedRoot) as Loose) as [Loose, Loose];
      for (const part of staging.foreign ?? []) root[part] = foreign[part];
      const keyless: NonNullable<Trust['keyless']> = {
        root: await readTrustedRoot(JSON.stringify(root), 'trusted_root.json'), issuer: staging.issuer ?? sigstore.issuer, identities: [staging.identity ?? sigstore.identity],
      };
      return { bundle: await packBundle(contents), trust: { keys: [], ...(staging.keyless === false ? {} : { keyless }) } };
    } finally {
      await sigstore.close();
    }
  } finally {
    mock.timers.reset();
  }
};

const asIs = ({ contents }: Scene): Contents => contents;
const trusting = (staging: Staging): Forgery['make'] => scene(asIs, staging);
const edited = (change: (hallmark: Loose) => void, staging: Staging = {}): Forgery['make'] => scene(({ contents }) => editHallmark(contents, change), staging);

const [material, entry, stamps] = ['verificationMaterial', ['verificationMaterial', 'tlogEntries'], ['verificationMaterial', 'timestampVerificationData', 'rfc3161Timestamps']] as const;
const at = (held: unknown, ...path: readonly (string | number)[]): unknown => path.reduce<unknown>((value, key) => (value as Loose)[String(key)], held);
const without = (...paths: (readonly (string | number)[])[]) => (held: Loose): void => { for (const path of paths) put(held, undefined, ...path); };
const spoilt = (base64: unknown, position = 10): string => {
  const bytes = Buffer.from(String(base64), 'base64');
  bytes[position]! ^= 1;
  return bytes.toString('base64');
};
const spoil = (...path: (string | number)[]) => (held: Loose): void => { put(held, spoilt(at(held, ...path)), ...path); };

/** Something of another hallmark of the same identity, in the place of this one's. */
const graft = (...path: (string | number)[]): Forgery['make'] => scene(async ({ contents, signer, sigstore }) => {
  const other = path.includes('certificate') ? await keylessSigner(await readSigningConfig(sigstore.signingConfig, 'c', new Date())) : signer;
  const donor = JSON.parse(textOf(await signedEvidence({ image: 'other' }, other), hallmarkFile)) as Loose;
  return editHallmark(contents, (held) => { put(held, at(donor, ...path), ...path); });
});

const workflow = 'https://github.com/acme/images/.github/workflows/build.yml@refs/heads/main';
const by = (ref: string): Staging => ({ instance: { claims: { job_workflow_ref: ref } }, identity: workflow });
const hour = 3_600_000;
const signedAt = Date.parse('2026-11-23T16:00:00Z');

/** Hallmarks under certificates that prove less than they seem to. */
export const keylessForgeries: readonly Forgery[] = [
  { name: 'an identity where only keys are trusted', code: 'hallmark-certificate', make: trusting({ keyless: false }) },
  { name: 'a key where only an identity is trusted', code: 'signer-unknown', make: scene(() => signedEvidence({}, factoryKey)) },
  { name: 'an identity of another issuer', code: 'signer-issuer', make: trusting({ instance: { claims: { iss: 'https://issuer.evil.example' } }, issuer: 'https://token.actions.example' }) },
  { name: 'an identity of an issuer that begins like the trusted one', code: 'signer-issuer', make: trusting({ instance: { claims: { iss: 'https://token.actions.example.evil.example' } }, issuer: 'https://token.actions.example' }) },
  { name: 'another workflow of the same repository', code: 'signer-identity', make: trusting(by('acme/images/.github/workflows/test.yml@refs/heads/main')) },
  { name: 'the workflow on another branch', code: 'signer-identity', make: trusting(by('acme/images/.github/workflows/build.yml@refs/heads/evil')) },
  { name: 'the workflow on a branch that begins like the trusted one', code: 'signer-identity', make: trusting(by('acme/images/.github/workflows/build.yml@refs/heads/main-evil')) },
  { name: 'an identity that the trusted one matches when it is read as a pattern', code: 'signer-identity', make: trusting(by('acme/images/xgithub/workflows/build.yml@refs/heads/main')) },
  { name: 'an identity in capitals', code: 'signer-identity', make: trusting(by('Acme/images/.github/workflows/build.yml@refs/heads/main')) },
  { name: 'an identity that holds the trusted one', code: 'signer-identity', make: trusting({ instance: { claims: { job_workflow_ref: `evil/x?${workflow}` } }, identity: workflow }) },

  { name: 'everything from another instance', code: 'signing-time-unproved', make: trusting({ foreign: ['certificateAuthorities', 'tlogs', 'ctlogs', 'timestampAuthorities'] }) },
  { name: 'a certificate of another authority', code: 'certificate-invalid', make: trusting({ foreign: ['certificateAuthorities'] }) },
  { name: 'a certificate that another log of certificates knows', code: 'certificate-invalid', make: trusting({ foreign: ['ctlogs'] }) },
  { name: 'a certificate that no log of certificates knows', code: 'certificate-invalid', make: trusting({ instance: { untransparent: true } }) },
  { name: 'an entry of another log', code: 'log-entry-invalid', make: trusting({ foreign: ['tlogs'] }) },
  { name: 'a timestamp of another authority', code: 'signing-time-unproved', make: trusting({ foreign: ['timestampAuthorities'] }) },
  { name: 'the certificate of the authority itself', code: 'certificate-invalid', make: scene(({ contents, sigstore }) => editHallmark(contents, (held) => {
    put(held, at(JSON.parse(sigstore.trustedRoot), 'certificateAuthorities', 0, 'certChain', 'certificates', 0), material, 'certificate');
  })) },
  { name: 'a certificate with one bit flipped', code: 'certificate-invalid', make: edited((held) => {
    const raw = String(at(held, material, 'certificate', 'rawBytes'));
    put(held, spoilt(raw, Buffer.from(raw, 'base64').length - 4), material, 'certificate', 'rawBytes');
  }) },

  { name: 'an expired certificate, used an hour too late', code: 'certificate-invalid', make: trusting({ instance: { witnessClock: new Date(signedAt + hour) } }) },
  { name: 'a certificate used before it was issued', code: 'certificate-invalid', make: trusting({ instance: { witnesses: ['log'], witnessClock: new Date(signedAt - 60_000) } }) },
  { name: 'an expired certificate, and nobody who says when it signed', code: 'signing-time-unproved', make: edited(without(entry, stamps)) },
  { name: 'an expired certificate, and a log that has it but does not promise when', code: 'signing-time-unproved', make: edited((held) => {
    without(stamps)(held);
    put(held, undefined, ...entry, 0, 'inclusionPromise');
  }) },
  { name: 'a signature that no log has', code: 'log-entry-invalid', make: edited(without(entry)) },
  { name: 'an entry with its time moved by a second', code: 'log-entry-invalid', make: edited((held) => { put(held, String(signedAt / 1000 + 1), ...entry, 0, 'integratedTime'); }) },
  { name: 'an entry with its time moved by an hour', code: 'certificate-invalid', make: edited((held) => { put(held, String((signedAt + hour) / 1000), ...entry, 0, 'integratedTime'); }) },
  { name: 'an entry of another signature', code: 'log-entry-invalid', make: graft(...entry) },
  { name: 'an entry with another body', code: 'log-entry-invalid', make: edited(spoil(...entry, 0, 'canonicalizedBody')) },
  { name: 'an entry whose promise is forged', code: 'log-entry-invalid', make: edited(spoil(...entry, 0, 'inclusionPromise', 'signedEntryTimestamp')) },
  { name: 'an entry whose proof leads to another root', code: 'log-entry-invalid', make: edited((held) => { put(held, [Buffer.alloc(32).toString('base64')], ...entry, 0, 'inclusionProof', 'hashes'); }) },
  { name: 'an entry with a checkpoint of another size', code: 'log-entry-invalid', make: edited((held) => {
    const path = [...entry, 0, 'inclusionProof', 'checkpoint', 'envelope'];
    put(held, String(at(held, ...path)).replace('\n1\n', '\n2\n'), ...path);
  }) },
  { name: 'an entry of another kind', code: 'log-entry-invalid', make: edited((held) => { put(held, 'intoto', ...entry, 0, 'kindVersion', 'kind'); }) },
  { name: 'an entry without proof', code: 'hallmark-format', make: edited((held) => { put(held, undefined, ...entry, 0, 'inclusionProof'); }) },
  { name: 'a timestamp of another signature', code: 'signing-time-unproved', make: graft(...stamps) },
  { name: 'a timestamp that is none', code: 'signature-invalid', make: edited((held) => { put(held, [{ signedTimestamp: 'AAAA' }], ...stamps); }) },

  { name: 'the certificate of another key of the same identity', code: 'signature-invalid', make: graft(material, 'certificate') },
  { name: 'another payload under the signature of an identity', code: 'log-entry-invalid', make: graft('dsseEnvelope', 'payload') },
  { name: 'another signature of the same identity', code: 'signing-time-unproved', make: graft('dsseEnvelope', 'signatures') },
  { name: 'an identity that signs for another key', code: 'signer-mismatch', make: scene(({ contents, signer }) => resign(contents, (statement) => { put(statement, stranger.keyid, 'predicate', claims, 'signer', 'keyid'); }, signer)) },
  { name: 'an identity that signs for a development key', code: 'development-key', make: scene(({ contents, signer }) => resign(contents, (statement) => { put(statement, true, 'predicate', claims, 'signer', 'development'); }, signer)) },
  { name: 'an identity that lies about the pass rate', code: 'statement-mismatch', make: scene(({ contents, signer }) => resign(contents, (statement) => { put(statement, 0.99, 'predicate', claims, 'pass_rate'); }, signer)) },
  { name: `an assay of ${image} that is younger than the signature under it`, code: 'signed-before-assay', make: trusting({ at: '2026-11-23T14:00:00Z' }) },

  { name: 'a certificate beside the name of a key', code: 'hallmark-format', make: edited((held) => { put(held, factoryKey.keyid, 'dsseEnvelope', 'signatures', 0, 'keyid'); }) },
  { name: 'a certificate beside a key', code: 'hallmark-format', make: edited((held) => { put(held, { hint: factoryKey.keyid }, material, 'publicKey'); }) },
  { name: 'a chain of certificates', code: 'hallmark-format', make: edited((held) => {
    put(held, { certificates: [at(held, material, 'certificate')] }, material, 'x509CertificateChain');
    put(held, undefined, material, 'certificate');
  }) },
  { name: 'a certificate that is none', code: 'hallmark-format', make: edited((held) => { put(held, 'AAAA', material, 'certificate', 'rawBytes'); }) },
  { name: 'a certificate with something behind its end', code: 'hallmark-format', make: edited((held) => {
    put(held, Buffer.concat([Buffer.from(String(at(held, material, 'certificate', 'rawBytes')), 'base64'), Buffer.from('x')]).toString('base64'), material, 'certificate', 'rawBytes');
  }) },
  { name: 'two entries of the log', code: 'hallmark-format', make: edited((held) => { (at(held, ...entry) as unknown[]).push(at(held, ...entry, 0)); }) },
  { name: 'two timestamps', code: 'hallmark-format', make: edited((held) => { (at(held, ...stamps) as unknown[]).push(at(held, ...stamps, 0)); }) },
];
