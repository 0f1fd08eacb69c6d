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

  it('is never verified with any byte changed, but for the two that only say how it was compressed and where', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= flip;
      const code = await codeOf(damaged);
      expect(code).to.match(at === 8 || at === 9 ? /^verified$/ : /^bundle-/);
    }), { numRuns: 300 });
  });

  it('is never verified with bytes put in or taken out', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(whole.length), fc.uint8Array({ minLength: 0, maxLength: 40 }), fc.nat(40), async (at, inserted, removed) => {
      const damaged = Buffer.concat([whole.subarray(0, at), inserted, whole.subarray(at + removed)]);
      fc.pre(!damaged.equals(whole));
      // Bytes exchanged may happen to be those two alone.
      const restored = Buffer.from(damaged);
      whole.copy(restored, 8, 8, 10);
      expect(await codeOf(damaged)).to.match(restored.equals(whole) ? /^verified$/ : /^bundle-/);
    }), { numRuns: 300 });
  });
});
