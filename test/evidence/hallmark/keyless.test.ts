import { mock } from 'node:test';
import { expect } from 'chai';
import { ConfigurationError, CupelError, EvidenceError } from '../../../src/errors.ts';
import { bindImage, type Contents, keylessSigner, packBundle, readSigningConfig, readTrustedRoot, type Trust, type Verification, verifyBinding, verifyContents } from '../../../src/evidence/index.ts';
import { hallmarkFile, unpackBundle } from '../../../src/evidence/bundle/index.ts';
import { signedEvidence } from '../sample.ts';
import { inCi, type Sigstore, type SigstoreOptions, startSigstore } from '../sigstore/index.ts';

const signedAt = new Date('2026-11-23T16:00:00Z');

/** Runs against an instance of its own. */
async function withSigstore<T>(options: SigstoreOptions, work: (sigstore: Sigstore) => Promise<T>): Promise<T> {
  const sigstore = await startSigstore(options);
  try {
    return await inCi(sigstore, () => work(sigstore));
  } finally {
    await sigstore.close();
  }
}

const sign = async (sigstore: Sigstore): Promise<Contents> => signedEvidence({}, await keylessSigner(await readSigningConfig(sigstore.signingConfig, 'signing_config.json', new Date())));
const trustOf = async ({ trustedRoot, issuer, identity }: Sigstore): Promise<Trust> => ({
  keys: [], developmentKey: undefined, allowDevelopment: false, keyless: { root: await readTrustedRoot(trustedRoot, 'trusted_root.json'), issuer, identities: [identity] },
});
const verify = async (contents: Contents, trust: Trust): Promise<Verification> =>
  verifyContents(await unpackBundle(await packBundle(contents), 'bundle'), { trust, policy: {}, expect: {}, now: new Date('2030-01-01T00:00:00Z') }, 'bundle');

async function failing(work: Promise<unknown>): Promise<CupelError> {
  return await work.then(() => expect.fail('it went well'), (error: unknown) => {
    expect(error, String(error)).to.be.instanceOf(CupelError);
    return error as CupelError;
  });
}

describe('a hallmark without a key to keep', () => {
  // The evidence is of a day, and certificates live for minutes.
  before(() => { mock.timers.enable({ apis: ['Date'], now: signedAt }); });
  after(() => { mock.timers.reset(); });

  it('is signed by the identity of a CI job and verified years later, with nothing but a file and a name', () => withSigstore({}, async (sigstore) => {
    const contents = await sign(sigstore);
    expect(sigstore.asked).to.deep.equal(['/token', '/token', '/api/v2/signingCert', '/api/v1/log/entries', '/api/v1/timestamp']);
    const { signer, reasons } = await verify(contents, await trustOf(sigstore));
    expect(signer.certification).to.deep.equal({ identity: sigstore.identity, issuer: sigstore.issuer, signedAt: signedAt.toISOString() });
    expect({ development: signer.development, reasons }).to.deep.equal({ development: false, reasons: [] });
    expect(contents.get(hallmarkFile)?.toString()).not.to.contain(sigstore.runnerSecret);
  }));

  for (const witness of ['log', 'timestamps'] as const) {
    it(`needs what the trusted root names: with ${witness} alone, ${witness === 'log' ? 'the log says when' : 'a root without a log must be given'}`, () => withSigstore({ witnesses: [witness] }, async (sigstore) => {
      const contents = await sign(sigstore);
      const trust = await trustOf(sigstore);
      if (witness === 'timestamps') {
        expect(await failing(verify(contents, trust))).to.be.instanceOf(EvidenceError).with.property('code', 'log-entry-invalid');
        trust.keyless = { ...trust.keyless!, root: await readTrustedRoot(JSON.stringify({ ...JSON.parse(sigstore.trustedRoot) as object, tlogs: [] }), 'trusted_root.json') };
      }
      expect((await verify(contents, trust)).signer.certification?.signedAt).to.equal(signedAt.toISOString());
    }));
  }

  it('binds images, too: each time with a token of its own', () => withSigstore({}, async (sigstore) => {
    const trust = await trustOf(sigstore);
    const verification = await verify(await sign(sigstore), trust);
    const signer = await keylessSigner(await readSigningConfig(sigstore.signingConfig, 'signing_config.json', new Date()));
    for (const imageId of ['ami-1', 'ami-2']) {
      const binding = await bindImage(verification, { provider: 'aws', imageId, region: 'eu-central-1' }, signer, 'cupel test');
      expect(verifyBinding(binding, verification, imageId, trust).signer.certification?.identity).to.equal(sigstore.identity);
      expect((await failing(Promise.resolve().then(() => verifyBinding(binding, verification, 'ami-3', trust)))).code).to.equal('binding-image');
      expect((await failing(Promise.resolve().then(() => verifyBinding(binding, verification, imageId, { ...trust, keyless: { ...trust.keyless!, identities: ['x'] } })))).code).to.equal('signer-identity');
    }
  }));

  describe('is not signed', () => {
    const refused: readonly { name: string; options: SigstoreOptions; code: string; kind?: typeof CupelError | typeof ConfigurationError }[] = [
      { name: 'where the runner gives no token', options: { fault: { path: /^\/token/, status: 403 } }, code: 'identity-token' },
      { name: 'with a token that is over', options: { claims: { exp: 1 } }, code: 'keyless-denied' },
      { name: 'with a token for somebody else', options: { claims: { aud: 'sts.amazonaws.com' } }, code: 'keyless-denied' },
      { name: 'where the authority does not answer', options: { fault: { path: /signingCert/, status: 503 } }, code: 'keyless-unreachable' },
      { name: 'where the log does not take it', options: { fault: { path: /entries/, status: 400 } }, code: 'keyless-denied' },
      { name: 'where the timestamp authority does not answer', options: { fault: { path: /timestamp/, status: 500 } }, code: 'keyless-unreachable' },
    ];
    for (const { name, options, code } of refused) {
      it(`${name}: ${code}`, () => withSigstore(options, async (sigstore) => {
        const error = await failing(sign(sigstore));
        expect(error).to.be.instanceOf(ConfigurationError).with.property('code', code);
      }));
    }

    it('outside of CI', async () => {
      const sigstore = await startSigstore();
      try {
        expect((await failing(sign(sigstore))).code).to.equal('identity-token');
        expect(sigstore.asked, 'somebody was asked without a token').to.deep.equal([]);
      } finally {
        await sigstore.close();
      }
    });

    it('with a token that is none, of which no message says anything', async () => {
      const sigstore = await startSigstore();
      try {
        for (const token of ['s3cret', 's3.cr.et', `s3cret.${Buffer.from('{}').toString('base64url')}.x`]) {
          process.env['SIGSTORE_ID_TOKEN'] = token;
          const error = await failing(sign(sigstore));
          expect(error.code).to.equal('identity-token');
          expect(`${error.message} ${String(error.cause)}`).not.to.contain(token);
        }
      } finally {
        delete process.env['SIGSTORE_ID_TOKEN'];
        await sigstore.close();
      }
    });
  });
});

describe('a signing configuration', () => {
  const service = { url: 'https://fulcio.example', majorApiVersion: 1, validFor: { start: '2020-01-01T00:00:00Z' } };
  const whole = { mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json', caUrls: [service], rekorTlogUrls: [{ ...service, url: 'https://rekor.example/' }], rekorTlogConfig: { selector: 'ANY' } };
  const read = (config: object): ReturnType<typeof readSigningConfig> => readSigningConfig(JSON.stringify(config), 'c.json', signedAt);

  it('gives the service that began last, of those that are in service and that we can speak with', async () => {
    expect(await read(whole)).to.deep.equal({ authority: 'https://fulcio.example', log: { url: 'https://rekor.example', version: 1 }, timestamps: undefined });
    const caUrls = [
      service,
      { ...service, url: 'https://newer.example', validFor: { start: '2024-01-01T00:00:00Z' } },
      { ...service, url: 'https://over.example', validFor: { start: '2025-01-01T00:00:00Z', end: '2026-01-01T00:00:00Z' } },
      { ...service, url: 'https://to-come.example', validFor: { start: '2027-01-01T00:00:00Z' } },
      { ...service, url: 'https://unknown.example', majorApiVersion: 2, validFor: { start: '2026-01-01T00:00:00Z' } },
    ];
    expect((await read({ ...whole, caUrls })).authority).to.equal('https://newer.example');
  });

  for (const [name, config] of Object.entries({
    'of another kind': { ...whole, mediaType: 'application/json' },
    'without an authority': { ...whole, caUrls: [] },
    'without anybody who says when': { ...whole, rekorTlogUrls: [] },
    'that would send the token unencrypted': { ...whole, caUrls: [{ ...service, url: 'http://fulcio.example' }] },
    'with an address that is none': { ...whole, caUrls: [{ ...service, url: 'fulcio' }] },
    'that asks for all logs at once': { ...whole, rekorTlogConfig: { selector: 'ALL' } },
  })) {
    it(`${name} is refused`, async () => {
      expect(await failing(read(config))).to.be.instanceOf(ConfigurationError).with.property('code', 'signing-config');
    });
  }

  it('that is no JSON is refused', async () => {
    expect((await failing(readSigningConfig('x', 'c.json', signedAt))).code).to.equal('signing-config');
  });
});

describe('a trusted root', () => {
  it('is refused when it is another file, or trusts nobody', async () => {
    const sigstore = await startSigstore();
    await sigstore.close();
    const root = JSON.parse(sigstore.trustedRoot) as object;
    for (const other of [sigstore.signingConfig, '{}', 'null', 'x', ...[{ certificateAuthorities: [] }, { tlogs: [], timestampAuthorities: [] }, { tlogs: [{}] }].map((part) => JSON.stringify({ ...root, ...part }))]) {
      expect((await failing(readTrustedRoot(other, 'r.json'))), other.slice(0, 60)).to.be.instanceOf(ConfigurationError).with.property('code', 'trusted-root');
    }
  });
});
