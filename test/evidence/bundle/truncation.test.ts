import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { EvidenceError } from '../../../src/errors.ts';
import { packBundle, verifyContents } from '../../../src/evidence/index.ts';
import { unpackBundle } from '../../../src/evidence/bundle/index.ts';
import { now, signedEvidence, signer } from '../sample.ts';

async function codeOf(bytes: Buffer): Promise<string> {
  const options = { trust: { keys: [signer], developmentKey: undefined, allowDevelopment: false }, policy: {}, expect: {}, now };
  try {
    await verifyContents(await unpackBundle(bytes, 'bundle'), options, 'bundle');
    return 'verified';
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return error.code;
  }
}

describe('a bundle that was damaged on its way', () => {
  let whole: Buffer;
  before(async () => { whole = await packBundle(await signedEvidence()); });

  it('is truncated wherever it was cut', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
      expect(await codeOf(whole.subarray(0, length))).to.equal('bundle-truncated');
    }), { numRuns: 300 });
  });

  /** Two of gzip's bytes only say how it was compressed and where, and deflate can say some things in two ways. */
  function expectSameIfVerified(damaged: Buffer, code: string): void {
    const restored = Buffer.from(damaged);
    whole.copy(restored, 8, 8, 10);
    if (restored.equals(whole)) expect(code).to.equal('verified');
    else if (code === 'verified') expect(gunzipSync(damaged).equals(gunzipSync(whole))).to.equal(true);
    else expect(code).to.match(/^bundle-/);
  }

  it('is never verified with any byte changed, but for what is the same unpacked', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= flip;
      expectSameIfVerified(damaged, await codeOf(damaged));
    }), { numRuns: 300 });
  });

  it('is never verified with bytes put in or taken out, but for what is the same unpacked', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(whole.length), fc.uint8Array({ minLength: 0, maxLength: 40 }), fc.nat(40), async (at, inserted, removed) => {
      const damaged = Buffer.concat([whole.subarray(0, at), inserted, whole.subarray(at + removed)]);
      expectSameIfVerified(damaged, await codeOf(damaged));
    }), { numRuns: 300 });
  });

  it('is what it holds, however that was compressed', async () => {
    for (const at of [8, 9]) {
      const otherwise = Buffer.from(whole);
      otherwise[at]! ^= 1;
      expectSameIfVerified(otherwise, await codeOf(otherwise));
    }
    for (const level of [0, 1, 6]) expect(await codeOf(gzipSync(gunzipSync(whole), { level })), `level ${level}`).to.equal('verified');
  });
});
