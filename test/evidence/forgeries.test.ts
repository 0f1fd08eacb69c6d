import { expect } from 'chai';
import { EvidenceError, ExitCode } from '../../src/errors.ts';
import { packBundle, verifyContents, type Verification, type VerifyOptions } from '../../src/evidence/index.ts';
import { unpackBundle } from '../../src/evidence/bundle/index.ts';
import { archiveForgeries } from './forgeries/archive.ts';
import { hallmarkForgeries } from './forgeries/hallmark.ts';
import { insiderForgeries } from './forgeries/insider.ts';
import { keylessForgeries } from './forgeries/keyless.ts';
import { statementForgeries } from './forgeries/statement.ts';
import type { Forgery } from './forgeries/forging.ts';
import { unsignedForgeries } from './forgeries/unsigned.ts';
import { ecSigner, now, signedEvidence, signer } from './sample.ts';

async function verify(bytes: Buffer, { trust, expect: expected }: Partial<Pick<Forgery, 'trust' | 'expect'>> = {}): Promise<Verification> {
  const options: VerifyOptions = { trust: { keys: [signer, ecSigner], developmentKey: undefined, allowDevelopment: false, ...trust }, policy: {}, expect: expected ?? {}, now };
  return await verifyContents(await unpackBundle(bytes, 'bundle'), options, 'bundle');
}

const families: Readonly<Record<string, readonly Forgery[]>> = {
  'tricks with the archive': archiveForgeries,
  'files changed without a key': unsignedForgeries,
  'forged hallmarks': hallmarkForgeries,
  'forged certificates, logs and times': keylessForgeries,
  'lies in a statement, signed with the trusted key': statementForgeries,
  'lies in the evidence, signed with the trusted key': insiderForgeries,
};

describe('verifying what an adversary made', () => {
  it('takes the true evidence that every forgery starts from', async () => {
    const { reasons, files } = await verify(await packBundle(await signedEvidence()));
    expect(reasons).to.deep.equal([]);
    expect(files).to.have.length(8);
    expect((await verify(await packBundle(await signedEvidence({}, ecSigner)))).signer.keyid).to.equal(ecSigner.keyid);
  });

  it('knows at least 60 forgeries, each by a name of its own', () => {
    const names = Object.entries(families).flatMap(([family, forgeries]) => forgeries.map(({ name }) => `${family}: ${name}`));
    expect(names.length).to.be.at.least(60);
    expect(new Set(names).size).to.equal(names.length);
  });

  for (const [family, forgeries] of Object.entries(families)) {
    describe(family, () => {
      for (const { name, code, make, ...options } of forgeries) {
        it(`refuses ${name}: ${code}`, async () => {
          const made = await make();
          const forged = Buffer.isBuffer(made) ? { bundle: made, ...options } : { ...options, ...made };
          const outcome = await verify(forged.bundle, forged).then(() => 'it was verified', (error: unknown) => error);
          expect(outcome).to.be.instanceOf(EvidenceError);
          expect({ code: (outcome as EvidenceError).code, exit: (outcome as EvidenceError).exitCode }, (outcome as Error).message).to.deep.equal({ code, exit: ExitCode.evidence });
        });
      }
    });
  }
});
