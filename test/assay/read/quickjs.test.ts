import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { execa } from 'execa';
import { generator, mutate } from '../../xml/mutations.ts';
import { bytes } from '../../xml/oracle.ts';
import { read } from './reading.ts';
import { arf, benchmark, testResult } from './sample.ts';

const repository = join(import.meta.dirname, '../../..');
const seeds = [arf(), benchmark(undefined, 'bench', testResult()), testResult()].map(bytes);
const fixture = (name: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(join(repository, 'test/fixtures/arf', `${name}.gz`))));

describe('the reader on QuickJS, compiled as the agent is', () => {
  let directory: string;
  let program: string;

  before(async function () {
    this.timeout(600_000);
    directory = mkdtempSync(join(tmpdir(), 'cupel-quickjs-'));
    program = join(directory, 'reader');
    await execa(join(repository, 'scripts/build-agent.sh'), ['--program', 'test/assay/read/on-quickjs.ts', program]);
  });
  after(() => { rmSync(directory, { recursive: true, force: true }); });

  async function onQuickJs(documents: readonly Uint8Array[]): Promise<unknown[]> {
    const file = join(directory, 'documents');
    writeFileSync(file, Buffer.concat(documents.flatMap((document) => [Buffer.from(`${document.length}\n`), document])));
    const { stdout } = await execa(program, [file], { maxBuffer: 1 << 28 });
    return stdout.split('\n').map((line): unknown => JSON.parse(line));
  }
  /** As it comes out of JSON: what is undefined is not there. */
  const onNode = (document: Uint8Array): unknown => JSON.parse(JSON.stringify(read(document)));

  it('reads real scans into the same models as on Node', async () => {
    const documents = ['debian12-cis-l1.arf.xml', 'debian12-few-rules.arf.xml', 'all-notapplicable.arf.xml', 'all-notapplicable.results.xml'].map(fixture);
    const models = await onQuickJs(documents);
    for (const [at, document] of documents.entries()) expect(models[at]).to.deep.equal(onNode(document));
  }).timeout(600_000);

  it('accepts and refuses the same mutants, with the same models and codes', async () => {
    const pick = generator(17);
    const mutants = Array.from({ length: 3_000 }, (_, i) => mutate(seeds[i % seeds.length]!, pick)).filter(({ length }) => length > 0);
    const models = await onQuickJs(mutants);
    expect(models).to.have.length(mutants.length);
    for (const [at, mutant] of mutants.entries()) {
      const expected = onNode(mutant);
      if (JSON.stringify(models[at]) !== JSON.stringify(expected)) expect(models[at], `mutant ${at}: ${new TextDecoder().decode(mutant)}`).to.deep.equal(expected);
    }
    expect(models.filter((model) => typeof model !== 'string').length).to.be.above(150);
  }).timeout(600_000);
});
