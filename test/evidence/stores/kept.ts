import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { EvidenceError } from '../../../src/errors.ts';
import { bindImage, type BoundImage, type EvidenceStore, packBundle, type Patience, type Signer, verifyContents } from '../../../src/evidence/index.ts';
import { type Build, now, otherRun, signedEvidence, signer } from '../sample.ts';

export const ami = 'ami-0123456789abcdef0';
export const otherAmi = 'ami-0fedcba9876543210';
export const gcpImage = 'projects/acme-images/global/images/debian12-golden';
export const trust = { keys: [signer], developmentKey: undefined, allowDevelopment: false };
/** Quick, for servers on loopback. */
export const hasty: Patience = { attempts: 3, pause: 1, idle: 400 };

export interface Made {
  bundle: Buffer;
  bind: (imageId: string, by?: Signer) => Promise<BoundImage>;
}

/** A bundle, and what binds images to it. */
export async function made(build: Build = {}): Promise<Made> {
  const contents = await signedEvidence(build);
  const verification = await verifyContents(contents, { trust, policy: {}, expect: {}, now }, 'bundle');
  return {
    bundle: await packBundle(contents),
    bind: async (imageId, by = signer) => ({
      imageId, binding: await bindImage(verification, { provider: imageId.startsWith('ami-') ? 'aws' : imageId.startsWith('sha256:') ? 'file' : 'gcp', imageId }, by, 'cupel test'),
    }),
  };
}

export async function refusal(work: Promise<unknown>): Promise<string> {
  return await work.then(() => 'nothing', (error: unknown) => {
    expect(error).to.be.instanceOf(EvidenceError);
    return (error as EvidenceError).code;
  });
}

/** What every kind of store has to do. */
export function keepsEvidence(open: () => EvidenceStore | Promise<EvidenceStore>, file: (name: string) => string): void {
  it('finds a bundle by each of its images, and hands out the bytes that it was given', async () => {
    const store = await open();
    const { bundle, bind } = await made();
    const images = [await bind(ami), await bind(gcpImage), await bind(`sha256:${'d'.repeat(64)}`)];
    const stored = await store.put(bundle, images);
    expect(stored.url).to.equal(`${store.url}/bundles/${stored.sha256}.cupel.tgz`);
    for (const { imageId, binding } of images) {
      expect(await store.find(imageId)).to.deep.equal({ imageId, bundle: { sha256: stored.sha256, bytes: bundle.length }, binding: binding.toString() });
    }
    await store.download(stored, file('bundle'));
    expect(readFileSync(file('bundle')).equals(bundle)).to.equal(true);
  });

  it('takes the same once more without a word, and never anything else for the same image', async () => {
    const store = await open();
    const [one, other] = [await made(), await made({ run: '7f3b2a10-1111-4222-8333-444455556666' })];
    const stored = await store.put(one.bundle, [await one.bind(ami)]);
    expect(await store.put(one.bundle, [await one.bind(ami), await one.bind(otherAmi)])).to.deep.equal(stored);
    expect(await refusal(store.put(other.bundle, [await other.bind(ami)]))).to.equal('store-conflict');
    expect((await store.find(ami)).bundle.sha256).to.equal(stored.sha256);
  });

  it('says which bundles it holds', async () => {
    const store = await open();
    const bundles = [(await made()).bundle, (await made({ run: otherRun })).bundle];
    const stored = [];
    for (const bundle of bundles) stored.push(await store.put(bundle, []));
    const listed = stored.map(({ sha256, bytes }) => ({ sha256, bytes })).sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
    expect(await store.bundles().catch((error: unknown) => (error as EvidenceError).code)).to.deep.equal(/^https?:/.test(store.url) ? 'store-unlistable' : listed);
  });

  it('says what it does not have', async () => {
    const store = await open();
    expect(await refusal(store.find(ami))).to.equal('store-missing');
    expect(await refusal(store.download({ sha256: 'a'.repeat(64), bytes: 10 }, file('none')))).to.equal('store-missing');
  });

  it('continues a load where an earlier one ended', async () => {
    const store = await open();
    const { bundle } = await made();
    const stored = await store.put(bundle, []);
    writeFileSync(file('bundle'), bundle.subarray(0, 1000));
    const told: number[] = [];
    await store.download(stored, file('bundle'), (bytes) => told.push(bytes));
    expect(told[0]).to.equal(1000);
    expect(told.at(-1)).to.equal(bundle.length);
    expect(readFileSync(file('bundle')).equals(bundle)).to.equal(true);
  });
}
