import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { ConfigurationError, EvidenceError } from '../../src/errors.ts';
import { writeEvidence, type EvidenceParts, type JudgedParts } from '../../src/evidence/index.ts';
import { judge, serializeVerdict, tally } from '../../src/gate/index.ts';
import { assay, baseline, context, many, run } from '../gate/samples.ts';

const verdict = judge(assay(many(100, 'pass')), baseline(), context);
const refused = judge(assay(many(100, 'fail')), baseline(), context);

function judged(more: Partial<JudgedParts> = {}): JudgedParts {
  return {
    image: 'debian12-golden', run, verdict,
    arf: { text: '<arf/>' },
    remediation: { text: '#!/bin/sh\n' },
    baselineLock: { text: 'lock: 1\n' },
    tailoring: { text: '<Tailoring/>' },
    harden: { text: '{"rule":"a"}\n' },
    environment: { oscap: '1.3.7', arch: 'amd64', list: [{ b: 1, a: null }] },
    log: { text: '{"level":"info"}\n' },
    before: tally(many(3, 'fail')),
    ...more,
  };
}

async function failureOf(parts: EvidenceParts, directory: string): Promise<unknown> {
  return writeEvidence(directory, parts).then(() => { throw new Error('evidence was written'); }, (error: unknown) => error);
}

describe('writeEvidence', () => {
  let directory: string;
  beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'cupel-evidence-')); });
  afterEach(() => { rmSync(directory, { recursive: true, force: true }); });

  it('writes every file of an accepted build, with digests that sha256sum confirms', async () => {
    const manifest = await writeEvidence(join(directory, 'artifacts'), judged());
    expect(manifest.directory).to.equal(join(directory, 'artifacts', `debian12-golden-${run}`));
    expect(manifest.outcome).to.equal('accepted');
    expect(readdirSync(manifest.directory).sort()).to.deep.equal([
      'SHA256SUMS', 'arf.xml.gz', 'baseline.lock.yaml', 'before.json', 'environment.json', 'harden.jsonl', 'log.jsonl', 'remediation.sh', 'tailoring.xml', 'verdict.json',
    ]);
    expect(execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: manifest.directory, encoding: 'utf8' })).to.equal('');
    expect(manifest.files.map(({ name }) => name)).to.deep.equal(readdirSync(manifest.directory).filter((name) => name !== 'SHA256SUMS').sort());
    for (const { name, bytes } of manifest.files) expect(statSync(join(manifest.directory, name)).size).to.equal(bytes);
  });

  it('writes the verdict as the gate prints it, and JSON in an order of its own', async () => {
    const { directory: path } = await writeEvidence(directory, judged());
    expect(readFileSync(join(path, 'verdict.json'), 'utf8')).to.equal(serializeVerdict(verdict));
    expect(readFileSync(join(path, 'environment.json'), 'utf8')).to.equal(
      '{\n  "arch": "amd64",\n  "list": [\n    {\n      "a": null,\n      "b": 1\n    }\n  ],\n  "oscap": "1.3.7"\n}\n',
    );
  });

  it('gives the same bytes for the same parts', async () => {
    const first = await writeEvidence(join(directory, 'a'), judged());
    const second = await writeEvidence(join(directory, 'b'), judged({ environment: { list: [{ a: null, b: 1 }], arch: 'amd64', oscap: '1.3.7' } }));
    expect(second.files).to.deep.equal(first.files);
  });

  it('gzips a plain ARF and keeps a gzipped one as it is', async () => {
    const plain = join(directory, 'arf.xml');
    const zipped = join(directory, 'other.gz');
    writeFileSync(plain, '<arf>plain</arf>');
    writeFileSync(zipped, gzipSync('<arf>zipped</arf>', { level: 1 }));
    const first = await writeEvidence(directory, judged({ image: 'a', arf: { file: plain } }));
    const second = await writeEvidence(directory, judged({ image: 'b', arf: { file: zipped } }));
    expect(gunzipSync(readFileSync(join(first.directory, 'arf.xml.gz'))).toString()).to.equal('<arf>plain</arf>');
    expect(readFileSync(join(second.directory, 'arf.xml.gz'))).to.deep.equal(readFileSync(zipped));
  });

  it('does not let refused or failed evidence stand under the name of a good image', async () => {
    const bad = await writeEvidence(directory, judged({ verdict: refused }));
    expect(bad.directory).to.equal(join(directory, `debian12-golden-${run}.refused`));
    const failed = await writeEvidence(directory, { image: 'debian12-golden', run, log: { text: 'x\n' } });
    expect(failed.directory).to.equal(join(directory, `debian12-golden-${run}.failed`));
    expect(readdirSync(failed.directory).sort()).to.deep.equal(['SHA256SUMS', 'log.jsonl']);
  });

  it('never overwrites evidence', async () => {
    const { directory: path } = await writeEvidence(directory, judged());
    const before = readFileSync(join(path, 'SHA256SUMS'), 'utf8');
    expect(await failureOf(judged({ arf: { text: '<other/>' } }), directory)).to.be.instanceOf(EvidenceError).with.property('code', 'evidence-exists');
    expect(readFileSync(join(path, 'SHA256SUMS'), 'utf8')).to.equal(before);
  });

  it('leaves nothing behind when a part cannot be read', async () => {
    const error = await failureOf(judged({ log: { file: join(directory, 'gone.jsonl') } }), directory);
    expect(error).to.be.instanceOf(EvidenceError).with.property('code', 'evidence-unwritable');
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('clears what a killed run of the same name left half done', async () => {
    const partial = join(directory, `.debian12-golden-${run}.partial`);
    mkdirSync(partial);
    writeFileSync(join(partial, 'arf.xml.gz'), 'half');
    await writeEvidence(directory, judged());
    expect(readdirSync(directory)).to.deep.equal([`debian12-golden-${run}`]);
  });

  it('says so when the directory cannot be made', async () => {
    writeFileSync(join(directory, 'artifacts'), 'a file');
    expect(await failureOf(judged(), join(directory, 'artifacts'))).to.be.instanceOf(EvidenceError).with.property('code', 'evidence-unwritable');
  });

  it('refuses to call evidence what lacks a part of what the verdict rests on', async () => {
    const parts: Partial<JudgedParts> = judged();
    delete parts.arf;
    const error = await failureOf(parts as JudgedParts, directory);
    expect(error).to.be.instanceOf(EvidenceError).with.property('code', 'evidence-incomplete');
    expect((error as Error).message).to.contain('lacks arf');
  });

  it('refuses a verdict of another run', async () => {
    expect(await failureOf(judged({ run: 'another' }), directory)).to.be.instanceOf(EvidenceError).with.property('code', 'evidence-mismatch');
  });

  for (const image of ['', '.', '..', 'a/b', '../x', '-rf', '.hidden', 'a b', 'a\nb', 'é', 'x'.repeat(129)]) {
    it(`refuses the image name ${JSON.stringify(image.slice(0, 12))}`, async () => {
      expect(await failureOf(judged({ image }), directory)).to.be.instanceOf(ConfigurationError).with.property('code', 'image-name');
      expect(readdirSync(directory)).to.deep.equal([]);
    });
  }

  it('refuses a run that is no plain word', async () => {
    expect(await failureOf({ image: 'a', run: '../../etc' }, directory)).to.be.instanceOf(ConfigurationError).with.property('code', 'run-name');
  });
});
