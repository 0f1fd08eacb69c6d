import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { UsageError } from '../../../src/errors.ts';
import { type EvidenceStore, imageIdOf, openStore } from '../../../src/evidence/index.ts';
import { imageKey } from '../../../src/evidence/stores/index.ts';
import { renderPointer } from '../../../src/evidence/stores/pointer.ts';
import { ami, hasty, keepsEvidence, made, refusal } from './kept.ts';
import { scratch } from './scratch.ts';
import { Web } from './web.ts';

describe('a store in a directory', () => {
  const file = scratch();
  const open = (): Promise<EvidenceStore> => openStore(file('store'));
  keepsEvidence(open, file);

  it('is given as a path or a URL, and leaves no drafts behind', async () => {
    const { bundle, bind } = await made();
    await (await openStore(`file://${file('store')}`)).put(bundle, [await bind(ami)]);
    expect((await (await open()).find(ami)).bundle.bytes).to.equal(bundle.length);
    expect(readdirSync(file('store')).sort()).to.deep.equal(['bundles', 'images']);
    expect(readdirSync(file('store/bundles'))).to.have.length(1);
  });

  it('keeps one of two that come at once', async () => {
    const [one, other] = [await made(), await made({ run: '7f3b2a10-1111-4222-8333-444455556666' })];
    const store = await open();
    const ends = await Promise.allSettled([store.put(one.bundle, [await one.bind(ami)]), store.put(other.bundle, [await other.bind(ami)])]);
    expect(ends.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
  });

  it('says so when it cannot be written', async () => {
    const { bundle } = await made();
    for (const place of ['/proc/x', '/proc/x/y']) expect(await refusal((await openStore(place)).put(bundle, [])), place).to.equal('store-unwritable');
    writeFileSync(file('store'), 'a file in its place');
    expect(await refusal((await open()).put(bundle, []))).to.equal('store-unwritable');
    rmSync(file('store'));
    mkdirSync(file('store'));
    writeFileSync(file('store/bundles'), 'a file in the place of its folder');
    expect(await refusal((await open()).put(bundle, []))).to.equal('store-unwritable');
  });

  it('never hands out what somebody changed in it', async () => {
    const store = await open();
    const { bundle, bind } = await made();
    const stored = await store.put(bundle, [await bind(ami)]);
    const [path, pointer] = [file(`store/bundles/${stored.sha256}.cupel.tgz`), file(`store/${imageKey(ami)}`)];
    writeFileSync(path, Buffer.concat([bundle.subarray(0, 100), Buffer.from('!'), bundle.subarray(101)]));
    expect(await refusal(store.download(stored, file('bundle')))).to.equal('store-digest');
    expect(readFileSync(file('bundle')).length, 'something untrue was left').to.equal(0);
    expect(await refusal(store.put(bundle, []))).to.equal('store-conflict');
    writeFileSync(path, bundle.subarray(1));
    expect(await refusal(store.download(stored, file('bundle')))).to.equal('store-length');

    const text = readFileSync(pointer, 'utf8');
    for (const [changed, code] of [
      [text.replace(ami, 'ami-0fedcba9876543210'), 'store-pointer'], [text.replace(/"bytes": \d+/, '"bytes": 999999999'), 'bundle-too-large'],
      [text.slice(0, -10), 'json-invalid'], [text.replace('"bundle"', '"bundle" '), 'json-ambiguous'], ['{}\n', 'json-schema'], ['x'.repeat(2_000_000), 'store-length'],
    ] as const) {
      chmodSync(pointer, 0o644);
      writeFileSync(pointer, changed);
      expect(await refusal(store.find(ami)), code).to.equal(code);
    }
  });

  it('does not follow an id out of the store', async () => {
    mkdirSync(file('store'));
    writeFileSync(file('secret.json'), '{}');
    for (const id of ['../../secret', 'projects/../global/images/x', 'ami-../secret', 'sha256:../secret', '', 'debian12']) {
      expect(() => imageIdOf(id), id).to.throw(UsageError).with.property('code', 'image-id');
      await (await open()).find(id).then(() => expect.fail(id), (error: unknown) => expect(error).to.have.property('code', 'image-id'));
    }
  });
});

describe('a store on the web', () => {
  const file = scratch();
  const web = new Web();
  let url = '';
  beforeEach(async () => { url = await web.start(); });
  afterEach(async () => {
    await web.stop();
    Object.assign(web, { faults: [], ranges: true, token: undefined });
    web.objects.clear();
    web.asked.length = 0;
  });
  const open = (token?: string): Promise<EvidenceStore> => openStore(url, { patience: hasty, token });
  keepsEvidence(() => open(), file);

  it('is shown its token, and nothing else', async () => {
    web.token = 'sesame';
    const { bundle } = await made();
    await (await open('sesame')).put(bundle, []);
    for (const token of [undefined, 'wrong']) expect(await refusal((await open(token)).put(bundle, []))).to.equal('store-denied');
  });

  it('may lose its answer to what it has kept', async () => {
    const { bundle, bind } = await made();
    const store = await open();
    let lost = 0;
    web.faults = [({ method, url: path = '' }, response) => {
      if (method !== 'PUT' || web.objects.has(path) || lost === 2) return false;
      lost += 1;
      web.objects.set(path, lost === 1 ? bundle : pointer);
      response.destroy();
      return true;
    }];
    const image = await bind(ami);
    const pointer = renderPointer({ imageId: ami, bundle: { sha256: createHash('sha256').update(bundle).digest('hex'), bytes: bundle.length }, binding: image.binding.toString() });
    await store.put(bundle, [image]);
    expect(lost).to.equal(2);
  });
});

describe('the URL of a store', () => {
  it('is one of those that Cupel knows, private, and without passwords', async () => {
    for (const url of ['http://example.com/evidence', 'ftp://example.com', 'https://user:secret@example.com', 'https://example.com/?sig=1', 's3://', 's3://bucket?acl=public', 's3://bucket?endpoint=http://example.com', 'gs://bucket:80/x']) {
      const error = await openStore(url).then(() => undefined, (thrown: unknown) => thrown);
      expect(error, url).to.be.instanceOf(UsageError).with.property('code', 'store-url');
      expect((error as UsageError).message).not.to.contain('secret');
    }
  });

  it('names a directory with all of its path, or it would be another one', async () => {
    for (const url of ['file:st2', 'file:./st2', 'file:/st2', 'file://st2', 'file://st2/x', 'file://localhost/st2', 'file:///st2?x', 'file:///st2#x', 'file:///st%2F2', 'FILE:st2']) {
      const error = await openStore(url).then((store) => expect.fail(`${url} is ${store.url}`), (thrown: unknown) => thrown);
      expect(error, url).to.be.instanceOf(UsageError).with.property('code', 'store-url');
    }
    expect(await openStore('file:st2').catch((error: unknown) => (error as UsageError).remedy)).to.contain('write file:///DIR');
    expect((await openStore('file:///var/a%20b')).url).to.equal('/var/a b');
    expect((await openStore('st2')).url).to.equal(resolve('st2'));
  });
});

describe('the id of an image', () => {
  it('has one form, whatever it was given as', () => {
    expect(imageIdOf(ami)).to.equal(ami);
    const image = 'projects/acme-images/global/images/debian12';
    expect(imageIdOf(image)).to.equal(image);
    expect(imageIdOf('debian12', 'acme-images')).to.equal(image);
    expect(imageIdOf(`https://www.googleapis.com/compute/v1/${image}`)).to.equal(image);
    expect(imageKey('projects/example.com:acme-images/global/images/debian12')).to.equal('images/gcp/example.com_acme-images/debian12.json');
    expect(imageKey(`sha256:${'0'.repeat(64)}`)).to.equal(`images/disk/${'0'.repeat(64)}.json`);
  });
});
