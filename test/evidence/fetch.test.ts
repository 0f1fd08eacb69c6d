import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { CupelError } from '../../src/errors.ts';
import { fetchEvidence, type FetchedEvidence, openStore, type EvidenceStore, type VerifyOptions } from '../../src/evidence/index.ts';
import { imageKey } from '../../src/evidence/stores/index.ts';
import { image, now, otherRun, run, signedEvidence, signer, stranger } from './sample.ts';
import { ami, made, otherAmi, trust } from './stores/kept.ts';
import { scratch } from './stores/scratch.ts';

describe('fetching the evidence of an image', () => {
  const file = scratch();
  let store: EvidenceStore;
  const options: VerifyOptions = { trust, policy: {}, expect: {}, now };
  const fetch = (imageId = ami, more: Partial<VerifyOptions> = {}): Promise<FetchedEvidence> => fetchEvidence(store, imageId, file('out'), { ...options, ...more });
  const left = (): string[] => (existsSync(file('out')) ? readdirSync(file('out')).sort() : []);
  beforeEach(async () => { store = await openStore(file('store')); });

  async function refused(work: Promise<unknown>, code: string): Promise<void> {
    await work.then(() => expect.fail(`not refused: ${code}`), (error: unknown) => {
      expect(error).to.be.instanceOf(CupelError).with.property('code', code);
    });
    expect(left(), 'something untrusted was left').to.deep.equal([]);
  }

  it('leaves bundle and binding under their names once both are proved', async () => {
    const { bundle, bind } = await made();
    const bound = await bind(ami);
    await store.put(bundle, [bound]);
    const { verification, binding, files } = await fetch();
    expect(verification.appraisal.verdict.run).to.equal(run);
    expect(binding.binding.predicate).to.deep.include({ imageId: ami, provider: 'aws' });
    expect(left()).to.deep.equal([`${image}-${run}.aws-${ami}.binding.sigstore.json`, `${image}-${run}.cupel.tgz`]);
    expect(readFileSync(files.bundle).equals(bundle)).to.equal(true);
    expect(readFileSync(files.binding).equals(bound.binding)).to.equal(true);
    expect((await fetch()).files).to.deep.equal(files);
  });

  it('says so when it cannot write there', async () => {
    const { bundle, bind } = await made();
    await store.put(bundle, [await bind(ami)]);
    writeFileSync(file('plain'), 'no directory');
    for (const place of ['/proc/x', '/proc/x/y', file('plain'), file('plain/below')]) {
      await fetchEvidence(store, ami, place, options).then(() => expect.fail(place), (error: unknown) => expect(error, place).to.have.property('code', 'evidence-unwritable'));
    }
  });

  it('does not overwrite another bundle of that name', async () => {
    const { bundle, bind } = await made();
    await store.put(bundle, [await bind(ami)]);
    const { files } = await fetch();
    writeFileSync(files.bundle, 'mine');
    await fetch().then(() => expect.fail('overwritten'), (error: unknown) => expect(error).to.have.property('code', 'evidence-exists'));
    expect(readFileSync(files.bundle, 'utf8')).to.equal('mine');
  });

  it('refuses an older bundle that a pointer was bent to', async () => {
    const [older, newer] = [await made({ run: otherRun }), await made()];
    await store.put(newer.bundle, [await newer.bind(ami)]);
    const { sha256, bytes } = await store.put(older.bundle, []);
    const pointer = file(`store/${imageKey(ami)}`);
    const text = readFileSync(pointer, 'utf8');
    writeFileSync(pointer, text.replace(/"bytes": \d+/, `"bytes": ${bytes}`).replace(/"sha256": "[0-9a-f]+"/, `"sha256": "${sha256}"`));
    await refused(fetch(), 'binding-build');
  });

  it('refuses a binding of another image, of nobody it trusts, or none', async () => {
    const { bundle, bind } = await made();
    await store.put(bundle, [{ imageId: ami, binding: (await bind(otherAmi)).binding }]);
    await refused(fetch(), 'binding-image');
    await store.put(bundle, [await bind(otherAmi, stranger)]);
    await refused(fetch(otherAmi), 'signer-unknown');
    const third = 'ami-00000000000000001';
    await store.put(bundle, [{ imageId: third, binding: Buffer.from('{}\n') }]);
    await refused(fetch(third), 'hallmark-format');
  });

  it('refuses a hallmark in place of a binding, and a binding in place of a hallmark\'s key', async () => {
    const { bundle, bind } = await made();
    await store.put(bundle, [{ imageId: ami, binding: (await signedEvidence()).get('hallmark.sigstore.json') ?? Buffer.alloc(0) }]);
    await refused(fetch(), 'json-schema');
    await store.put(bundle, [await bind(otherAmi)]);
    await refused(fetch(otherAmi, { trust: { ...trust, keys: [stranger] } }), 'signer-unknown');
  });

  it('binds a disk to its digest', async () => {
    const { bundle, bind } = await made();
    const disk = `sha256:${'d'.repeat(64)}`;
    await store.put(bundle, [await bind(disk)]);
    expect((await fetch(disk)).binding.binding.subject).to.deep.equal([{ name: disk, digest: { sha256: 'd'.repeat(64) } }]);
  });

  it('keeps nothing that the policy refuses, be it the bundle or who bound it', async () => {
    const { bundle, bind } = await made();
    await store.put(bundle, [await bind(ami), await bind(otherAmi, stranger)]);
    await refused(fetch(ami, { policy: { minPassRate: 0.99 } }), 'policy-pass-rate');
    const both = { trust: { ...trust, keys: [signer, stranger] }, policy: { signers: [signer.keyid] } };
    await refused(fetch(otherAmi, both), 'policy-signer');
    expect((await fetch(ami, both)).verification.reasons).to.deep.equal([]);
  });
});
