import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { fetchContent, type ContentFile, type FetchOptions } from '../../src/content/index.ts';
import { ConfigurationError } from '../../src/errors.ts';
import type { CupelEvent } from '../../src/events.ts';
import { realContent } from './real.ts';

const fresh = (): Promise<string> => mkdtemp(join(tmpdir(), 'cupel-test-'));
const refusal = (promise: Promise<unknown>): Promise<ConfigurationError> => promise.then(() => { throw new Error('was accepted'); }, (error: unknown) => {
  expect(error).to.be.instanceOf(ConfigurationError);
  return error as ConfigurationError;
});
const left = async (folder: string): Promise<string[]> => (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.xml') || name.includes('.new-'));

describe('fetching an upstream release', () => {
  const name = 'scap-security-guide-0.1.90.zip';
  let zip: Buffer;
  let sha512: string;
  let server: Server;
  let answer: RequestListener;
  let asked: string[];

  before(async () => {
    const folder = await fresh();
    const inside = join(folder, 'scap-security-guide-0.1.90');
    await execa('mkdir', [inside]);
    await execa('cp', ['test/fixtures/content/ssg-mini-ds.xml', inside]);
    await writeFile(join(inside, 'README'), 'other files are left alone');
    // Python writes the archive, so that another program's idea of a zip is read.
    await execa('python3', ['-m', 'zipfile', '-c', name, 'scap-security-guide-0.1.90'], { cwd: folder });
    zip = await readFile(join(folder, name));
    sha512 = createHash('sha512').update(zip).digest('hex');
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => { server.closeAllConnections(); server.close(); });
  beforeEach(() => { asked = []; answer = good(); });

  const good = (checksum = `${sha512}  ${name}\n`, body: Buffer = zip): RequestListener => (request, response) => response.end(request.url?.endsWith('.sha512') ? checksum : body);
  const fetchMini = async (cacheDir: string, more: Partial<FetchOptions> = {}): Promise<ContentFile> => fetchContent({
    product: 'mini', version: '>=0.1.90', source: 'release', cacheDir, ...more,
    release: { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/download`, stall: 1, ...more.release },
  });

  it('checks the archive against its checksum and keeps the one file wanted', async () => {
    const cacheDir = await fresh();
    const file = await fetchMini(cacheDir);
    expect(file).to.include({ product: 'mini', version: '0.1.90' });
    expect(await readFile(file.path)).to.deep.equal(await readFile('test/fixtures/content/ssg-mini-ds.xml'));
    expect(asked).to.deep.equal([`/download/v0.1.90/${name}.sha512`, `/download/v0.1.90/${name}`]);
    expect(await left(cacheDir)).to.have.length(1);
  });

  it('asks nobody when the cache satisfies, and asks again with refresh', async () => {
    const cacheDir = await fresh();
    const first = await fetchMini(cacheDir);
    asked = [];
    expect(await fetchMini(cacheDir)).to.deep.equal(first);
    expect(asked).to.deep.equal([]);
    expect(await fetchMini(cacheDir, { refresh: true })).to.deep.equal(first);
    expect(asked).to.have.length(2);
  });

  it('passes over a cached file that was damaged, says so and fetches anew', async () => {
    const cacheDir = await fresh();
    const { path, sha256 } = await fetchMini(cacheDir);
    await writeFile(path, 'damaged');
    const events: CupelEvent[] = [];
    expect((await fetchMini(cacheDir, { emit: (event) => events.push(event) })).sha256).to.equal(sha256);
    expect(events.find(({ type }) => type === 'warning')).to.have.property('message').that.contains('damaged');
    expect((await readFile(path)).length).to.be.greaterThan(1000);
  });

  it('holds content to the pin', async () => {
    const cacheDir = await fresh();
    const { sha256 } = await fetchMini(cacheDir);
    expect((await fetchMini(cacheDir, { sha256 })).sha256).to.equal(sha256);
    expect((await refusal(fetchMini(cacheDir, { sha256: 'f'.repeat(64) }))).code).to.equal('content-digest');
  });

  it('survives two fetches at once', async () => {
    const cacheDir = await fresh();
    const [a, b] = await Promise.all([fetchMini(cacheDir), fetchMini(cacheDir)]);
    expect(a).to.deep.equal(b);
    expect(await left(cacheDir)).to.have.length(1);
  });

  const failures: Record<string, [string, () => RequestListener, Partial<FetchOptions>?]> = {
    'an archive with another digest': ['content-digest', () => good(`${'0'.repeat(128)}  ${name}`)],
    'a checksum file about another file': ['content-checksum', () => good(`${sha512}  other.zip`)],
    'a checksum file that is none': ['content-checksum', () => good('<html>sign in</html>')],
    'a missing checksum file': ['content-not-found', () => (request, response) => {
      if (request.url?.endsWith('.sha512')) response.writeHead(404);
      response.end(zip);
    }],
    'a missing release': ['content-not-found', () => (_request, response) => { response.writeHead(404).end(); }],
    'a server that fails': ['content-download', () => (_request, response) => { response.writeHead(503).end(); }],
    'a truncated archive': ['content-download', () => (request, response) => {
      if (request.url?.endsWith('.sha512')) return void response.end(`${sha512}  ${name}`);
      response.writeHead(200, { 'content-length': zip.length });
      response.write(zip.subarray(0, 100), () => response.destroy());
    }],
    'an archive cut short without a length': ['content-digest', () => good(undefined, zip.subarray(0, 200))],
    'a server that stalls': ['content-download', () => (request, response) => {
      if (request.url?.endsWith('.sha512')) return void response.end(`${sha512}  ${name}`);
      response.writeHead(200, { 'content-length': zip.length });
      response.write(zip.subarray(0, 100));
    }],
    'a server that never answers': ['content-download', () => () => undefined],
    'an archive larger than accepted': ['content-download', () => good(), { release: { maxBytes: 100 } }],
    'something that is no zip': ['content-package', () => good(`${createHash('sha512').update('no zip').digest('hex')}  ${name}`, Buffer.from('no zip'))],
    'a redirect to an insecure place': ['content-insecure', () => (request, response) => {
      if (request.headers.host?.startsWith('0.0.0.0')) return void response.end(`${sha512}  ${name}`);
      response.writeHead(302, { location: `http://0.0.0.0:${(server.address() as AddressInfo).port}/x` }).end();
    }],
    'a product that the release has not': ['content-not-found', () => good(), { product: 'maxi' }],
    'plain http to another machine': ['content-insecure', () => good(), { release: { baseUrl: 'http://192.0.2.1/' } }],
    'a range that names no version': ['content-range', () => good(), { version: '*' }],
    'content outside the range': ['content-version', () => good(`${sha512}\n`), { version: '>=0.1.89 <0.1.90' }],
  };
  for (const [what, [code, listener, more]] of Object.entries(failures)) {
    it(`refuses ${what}, and leaves nothing in the cache that could pass for it`, async () => {
      const cacheDir = await fresh();
      answer = listener();
      const error = await refusal(fetchMini(cacheDir, more));
      expect([error.code, error.exitCode]).to.deep.equal([code, 78]);
      if (code !== 'content-version') expect(await left(cacheDir)).to.deep.equal([]);
    });
  }
});

describe('fetching from Debian\'s archive', () => {
  it('gets real content whose package apt has verified, and then asks nobody', async () => {
    const file = await realContent('debian12');
    expect(file.source).to.match(/^apt testing ssg-debian \d/);
    const again = await fetchContent({ product: 'debian12', version: '>=0.1.82', cacheDir: join(file.path, '../../..'), apt: { mirror: 'http://127.0.0.1:1/' } });
    expect(again).to.deep.equal(file);
  });

  it('refuses an archive that is not signed', async () => {
    const folder = await fresh();
    await execa('mkdir', ['-p', join(folder, 'dists/testing/main/binary-amd64')]);
    await writeFile(join(folder, 'dists/testing/main/binary-amd64/Packages'), '');
    await writeFile(join(folder, 'dists/testing/Release'), 'Suite: testing\n');
    const error = await refusal(fetchContent({ product: 'debian12', cacheDir: await fresh(), apt: { mirror: `file:${folder}` } }));
    expect(error.code).to.equal('content-apt');
    expect(error.message).to.contain('testing');
    await rm(folder, { recursive: true });
  });

  it('names a mirror that cannot be reached and a keyring that is not there', async () => {
    const cacheDir = await fresh();
    expect((await refusal(fetchContent({ product: 'debian12', cacheDir, apt: { mirror: 'http://127.0.0.1:1/debian' } }))).message).to.contain('127.0.0.1:1');
    expect((await refusal(fetchContent({ product: 'debian12', cacheDir, apt: { keyring: '/nonexistent.gpg' } }))).code).to.equal('content-keyring');
  });

  it('refuses what is no product or no range before asking anybody', async () => {
    const cacheDir = await fresh();
    expect((await refusal(fetchContent({ product: '../x', cacheDir }))).code).to.equal('content-product');
    expect((await refusal(fetchContent({ product: 'debian12', version: 'latest!', cacheDir }))).code).to.equal('content-range');
  });
});
