import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { EvidenceError } from '../../../src/errors.ts';
import { packBundle, readContents } from '../../../src/evidence/index.ts';
import { unpackBundle } from '../../../src/evidence/bundle/index.ts';
import { signedEvidence } from '../sample.ts';

describe('the bundle', () => {
  let directory: string;
  beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'cupel-bundle-')); });
  afterEach(() => { rmSync(directory, { recursive: true, force: true }); });
  const codeOf = (path: string): Promise<string> => readContents(path).then(() => 'read', (error: unknown) => (error as EvidenceError).code);
  async function folder(): Promise<string> {
    for (const [name, content] of await signedEvidence()) writeFileSync(join(directory, name), content);
    return directory;
  }

  it('has the same bytes for the same content, in whatever order it came', async () => {
    const contents = await signedEvidence();
    const packed = await packBundle(contents);
    expect(await packBundle(new Map([...contents].reverse()))).to.deep.equal(packed);
    expect(await unpackBundle(packed, 'bundle')).to.deep.equal(contents);
  });

  it('is the same for two builds that were the same, signed with ed25519', async () => {
    expect(await packBundle(await signedEvidence())).to.deep.equal(await packBundle(await signedEvidence()));
  });

  it('is what GNU tar unpacks without a word', async () => {
    const bundle = join(directory, 'x.cupel.tgz');
    const contents = await signedEvidence();
    writeFileSync(bundle, await packBundle(contents));
    mkdirSync(join(directory, 'out'));
    expect(execFileSync('tar', ['-xzf', bundle, '-C', join(directory, 'out')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })).to.equal('');
    for (const [name, content] of contents) expect(readFileSync(join(directory, 'out', name)).equals(content), name).to.equal(true);
    expect(execFileSync('tar', ['-tvzf', bundle], { encoding: 'utf8' }).split('\n')[0]).to.match(/^-rw-r--r-- 0\/0 +\d+ 1980-01-01 00:00 hallmark\.sigstore\.json$/);
  });

  it('reads an evidence directory as the bundle that it makes', async () => {
    await folder();
    for (const beside of ['SHA256SUMS', 'log.jsonl', 'debian12-golden-1.cupel.tgz']) writeFileSync(join(directory, beside), 'x');
    expect(await readContents(directory)).to.deep.equal(await signedEvidence());
  });

  it('refuses links, fifos and whatever else stands in an evidence directory', async () => {
    await folder();
    rmSync(join(directory, 'verdict.json'));
    symlinkSync('/etc/passwd', join(directory, 'verdict.json'));
    expect(await codeOf(directory)).to.equal('bundle-link');
    rmSync(join(directory, 'verdict.json'));
    execFileSync('mkfifo', [join(directory, 'verdict.json')]);
    expect(await codeOf(directory)).to.equal('bundle-special');
    rmSync(join(directory, 'verdict.json'));
    mkdirSync(join(directory, 'verdict.json'));
    expect(await codeOf(directory)).to.equal('bundle-special');
    writeFileSync(join(directory, 'notes.txt'), 'x');
    expect(await codeOf(directory)).to.equal('bundle-unknown-entry');
  });

  it('says so when there is nothing to read, or too much', async () => {
    expect(await codeOf(join(directory, 'gone.cupel.tgz'))).to.equal('evidence-missing');
    writeFileSync(join(directory, 'big.cupel.tgz'), Buffer.alloc(33 * 1024 * 1024));
    expect(await codeOf(join(directory, 'big.cupel.tgz'))).to.equal('bundle-too-large');
    expect(readdirSync(directory)).to.have.length(1);
  });
});
