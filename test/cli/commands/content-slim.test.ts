import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Io } from '../../../src/cli/io.ts';
import { run } from '../../../src/cli/run.ts';
import { digestFile } from '../../../src/content/index.ts';
import { projectCache, realContent } from '../../content/real.ts';

async function cupel(...args: string[]): Promise<{ code: number; out: string; note: string }> {
  let out = '';
  let note = '';
  const io: Io = {
    out: (text) => { out += `${text}\n`; }, note: (text) => { note += `${text}\n`; }, readStdin: () => Promise.resolve(''),
    env: { CUPEL_CACHE: join(projectCache, '..') }, isTty: false,
  };
  return { code: await run(args, io), out, note };
}

describe('cupel content slim', () => {
  let folder: string;
  before(() => realContent('debian12'));
  beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'cupel-test-')); });

  it('writes what the baseline reaches and names both digests', async () => {
    const output = join(folder, 'slim.xml');
    const { code, out, note } = await cupel('content', 'slim', '--baseline', 'debian12-cis-l1-server', '-o', output, '--as-of', '2026-11-24', '--json');
    expect(note).to.equal('');
    expect(code).to.equal(0);
    const said = JSON.parse(out) as { path: string; sha256: string; size: number; source: { sha256: string; size: number } };
    expect(said).to.include({ path: output, product: 'debian12', ...await digestFile(output) });
    expect(said.source).to.deep.equal(await digestFile((await realContent('debian12')).path));
    expect(said.size).to.be.below(said.source.size / 4);
    expect(await readdir(folder)).to.deep.equal(['slim.xml']);
  });

  it('says it in four lines for people', async () => {
    const { code, out } = await cupel('content', 'slim', '-b', 'debian12-cis-l1-server', '-o', join(folder, 'slim.xml'), '--as-of', '2026-11-24');
    expect(code).to.equal(0);
    expect(out).to.match(/^\S+slim\.xml\n {2}debian12 \S+ for debian12-cis-l1-server: \d+ rules, [\d.]+ → [\d.]+ MB\n {2}sha256 [0-9a-f]{64}\n {2}made from sha256 [0-9a-f]{64}\n$/);
  });

  it('keeps more when asked', async () => {
    for (const extra of [[], ['--keep', 'descriptions', 'fixes', 'references']]) {
      expect((await cupel('content', 'slim', '-b', 'debian12-cis-l1-server', '-o', join(folder, `slim${extra.length}.xml`), '--as-of', '2026-11-24', ...extra)).code).to.equal(0);
    }
    expect((await stat(join(folder, 'slim4.xml'))).size).to.be.above((await stat(join(folder, 'slim0.xml'))).size * 1.5);
    expect(await readFile(join(folder, 'slim4.xml'), 'utf8')).to.contain('urn:xccdf:fix:script:ansible');
  });

  it('exits with 78 when it cannot write there or there is no such baseline, and with 64 without an output', async () => {
    const unwritable = await cupel('content', 'slim', '-b', 'debian12-cis-l1-server', '-o', join(folder, 'no/such/folder/slim.xml'), '--as-of', '2026-11-24');
    expect(unwritable.code).to.equal(78);
    expect(unwritable.note).to.contain('content-unwritable').and.to.contain('--output');
    expect((await cupel('content', 'slim', '-b', 'debian12-cis-l9-server', '-o', join(folder, 'slim.xml'))).code).to.equal(78);
    expect((await cupel('content', 'slim', '-b', 'debian12-cis-l1-server')).code).to.equal(64);
  });
});
