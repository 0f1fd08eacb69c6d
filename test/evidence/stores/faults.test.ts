import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { type EvidenceStore, openStore } from '../../../src/evidence/index.ts';
import { ami, hasty, made, refusal } from './kept.ts';
import { scratch } from './scratch.ts';
import { atFirst, type Fault, ofBundles, Web } from './web.ts';

/** Sends what was asked for, and cuts the connection when the object's byte `at` is reached. */
const cutAt = (web: Web, at: () => number): Fault => (request, response) => {
  const found = web.objects.get(request.url ?? '');
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const until = at();
  if (found === undefined || until >= found.length) return false;
  const head = from === 0 ? { 'content-length': found.length } : { 'content-length': found.length - from, 'content-range': `bytes ${from}-${found.length - 1}/${found.length}` };
  response.writeHead(from === 0 ? 200 : 206, head);
  response.write(found.subarray(from, until), () => setTimeout(() => response.destroy(), 50));
  return true;
};

const status = (code: number): Fault => (_request, response) => {
  response.writeHead(code).end('<html>oh dear</html>');
  return true;
};

/** Headers, some bytes, and then nothing more. */
const stall = (web: Web, after: number): Fault => (request, response) => {
  const found = web.objects.get(request.url ?? '') ?? Buffer.alloc(0);
  response.writeHead(200, { 'content-length': found.length });
  response.write(found.subarray(0, after));
  return true;
};

describe('loading from a web server', () => {
  const file = scratch();
  let web: Web;
  let store: EvidenceStore;
  let bundle: Buffer;
  let stored: { sha256: string; bytes: number };
  before(async () => { bundle = (await made()).bundle; });
  beforeEach(async () => {
    web = new Web();
    store = await openStore(await web.start(), { patience: hasty });
    stored = { sha256: createHash('sha256').update(bundle).digest('hex'), bytes: bundle.length };
    web.objects.set(`/evidence/bundles/${stored.sha256}.cupel.tgz`, bundle);
  });
  afterEach(() => web.stop());

  const load = (): Promise<void> => store.download(stored, file('bundle'));
  const whole = (): boolean => readFileSync(file('bundle')).equals(bundle);
  const ranges = (): number[] => web.asked.map((line) => Number(line.split(' ')[2] ?? 0));

  for (let tenth = 0; tenth < 10; tenth += 1) {
    it(`goes on after a cut at ${tenth * 10} %`, async () => {
      const at = Math.floor((bundle.length * tenth) / 10);
      web.faults = [atFirst(1, cutAt(web, () => at))];
      await load();
      expect(whole()).to.equal(true);
      expect(ranges()).to.deep.equal([0, at]);
    });
  }

  it('gets there though each connection is cut after another tenth, more often than it would try in vain', async () => {
    let tenth = 0;
    web.faults = [cutAt(web, () => Math.floor((bundle.length * ++tenth) / 10))];
    await load();
    expect(whole()).to.equal(true);
    expect(ranges()).to.have.length(10);
  });

  it('begins anew where a server knows no ranges', async () => {
    web.ranges = false;
    web.faults = [atFirst(1, cutAt(web, () => 1000))];
    await load();
    expect(whole()).to.equal(true);
  });

  it('begins anew when what an earlier run left is of something else', async () => {
    writeFileSync(file('bundle'), 'x'.repeat(500));
    await load();
    expect(whole()).to.equal(true);
    writeFileSync(file('bundle'), 'x'.repeat(bundle.length + 1));
    await load();
    expect(whole()).to.equal(true);
  });

  it('keeps what arrived when it has to give up, and goes on the next time', async () => {
    web.faults = [atFirst(1, cutAt(web, () => 2000)), ofBundles(status(503))];
    expect(await refusal(load())).to.equal('store-unreachable');
    expect(statSync(file('bundle')).size).to.equal(2000);
    web.faults = [];
    web.asked.length = 0;
    await load();
    expect(whole()).to.equal(true);
    expect(ranges()).to.deep.equal([2000]);
  });

  it('waits out a server in distress, but not for ever', async () => {
    for (const code of [500, 502, 503, 429, 408]) {
      web.faults = [atFirst(2, status(code))];
      await store.download(stored, file(`after-${code}`));
      expect(readFileSync(file(`after-${code}`)).equals(bundle)).to.equal(true);
    }
    web.faults = [status(500)];
    web.asked.length = 0;
    expect(await refusal(load())).to.equal('store-unreachable');
    expect(web.asked).to.have.length(hasty.attempts);
  });

  it('does not wait for a connection that stalls, before or in the midst of the body', async () => {
    web.faults = [atFirst(1, () => true), atFirst(1, stall(web, 0)), atFirst(1, stall(web, 1500))];
    await load();
    expect(whole()).to.equal(true);
    web.faults = [stall(web, 0)];
    expect(await refusal(store.download(stored, file('stalled')))).to.equal('store-unreachable');
  });

  it('takes no more and no less than is said to be there', async () => {
    for (const wrong of [Buffer.concat([bundle, Buffer.from('!')]), bundle.subarray(0, -1), Buffer.alloc(0)]) {
      web.objects.set(`/evidence/bundles/${stored.sha256}.cupel.tgz`, wrong);
      expect(await refusal(load()), String(wrong.length)).to.equal('store-length');
    }
    // A server that does not say how much is to come, and does not stop.
    web.faults = [(_request, response) => { response.writeHead(200).end(Buffer.concat([bundle, bundle])); return true; }];
    expect(await refusal(store.download(stored, file('endless')))).to.equal('store-length');
  });

  it('leaves nothing of what has another digest', async () => {
    const flipped = Buffer.from(bundle);
    flipped.writeUInt8(flipped.readUInt8(3000) ^ 1, 3000);
    web.objects.set(`/evidence/bundles/${stored.sha256}.cupel.tgz`, flipped);
    expect(await refusal(load())).to.equal('store-digest');
    expect(statSync(file('bundle')).size).to.equal(0);
  });

  it('does not piece together what a server sends from somewhere else', async () => {
    web.faults = [atFirst(1, cutAt(web, () => 1000)), (_request, response) => {
      response.writeHead(206, { 'content-range': `bytes 500-${bundle.length - 1}/${bundle.length}` }).end(bundle.subarray(500));
      return true;
    }];
    expect(await refusal(load())).to.equal('store-answer');
    web.faults = [atFirst(1, cutAt(web, () => 1000)), (_request, response) => { response.writeHead(206).end(bundle.subarray(1000)); return true; }];
    expect(await refusal(store.download(stored, file('unsaid')))).to.equal('store-answer');
    web.faults = [(_request, response) => { response.writeHead(200, { 'content-encoding': 'gzip' }).end(bundle); return true; }];
    expect(await refusal(store.download(stored, file('encoded')))).to.equal('store-answer');
  });

  it('knows what another attempt would not mend', async () => {
    for (const [code, told] of [[401, 'store-denied'], [403, 'store-denied'], [400, 'store-answer'], [404, 'store-missing'], [410, 'store-missing']] as const) {
      web.faults = [status(code)];
      web.asked.length = 0;
      expect(await refusal(load()), String(code)).to.equal(told);
      expect(web.asked).to.have.length(1);
    }
    expect(existsSync(file('bundle')) && statSync(file('bundle')).size > 0).to.equal(false);
  });

  it('says that nobody is there', async () => {
    await web.stop();
    expect(await refusal(load())).to.equal('store-unreachable');
    web = new Web();
    await web.start();
  });

  it('keeps nothing of an upload that ended early', async () => {
    const { bind } = await made();
    web.objects.clear();
    web.faults = [(request, response) => request.method === 'PUT' && (response.destroy(), true)];
    expect(await refusal(store.put(bundle, [await bind(ami)]))).to.equal('store-unreachable');
    expect(web.objects.size).to.equal(0);
    web.faults = [atFirst(2, (request, response) => request.method === 'PUT' && status(503)(request, response))];
    await store.put(bundle, [await bind(ami)]);
    expect([...web.objects.keys()].map((name) => name.split('/')[2])).to.deep.equal(['bundles', 'images']);
  });
});
