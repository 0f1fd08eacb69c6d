import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { EvidenceError } from '../../../src/errors.ts';
import { packBundle, type Contents } from '../../../src/evidence/index.ts';
import { gatherReport, type GatherOptions, productOf, reportOfContents } from '../../../src/report/gather/index.ts';
import { readPackages } from '../../../src/report/gather/parts.ts';
import { evidenceOf, image, now, run, signedEvidence, signer, stranger } from '../../evidence/sample.ts';
import { baseline } from '../../gate/samples.ts';
import { realArf, realCounts } from '../samples.ts';

const options: GatherOptions = { asOf: new Date('2026-11-24T09:00:00Z'), now, ownFixes: () => Promise.resolve(new Set(['charlie'])) };

describe('gatherReport', () => {
  let folder: string;
  before(async () => { folder = await mkdtemp(join(tmpdir(), 'cupel-gather-')); });
  after(async () => { await rm(folder, { recursive: true }); });

  const file = async (name: string, bytes: Uint8Array | string): Promise<string> => {
    await writeFile(join(folder, name), bytes);
    return join(folder, name);
  };
  const bundle = async (contents: Contents): Promise<string> => file('b.cupel.tgz', await packBundle(contents));
  const failure = async (work: Promise<unknown>): Promise<EvidenceError> => work.then(() => { throw new Error('nothing was refused'); }, (error: unknown) => {
    expect(error).to.be.instanceOf(EvidenceError);
    return error as EvidenceError;
  });

  it('reads a bundle: verdict, rules, ignores, hardening, files, and an unchecked signature', async () => {
    const model = await gatherReport(await bundle(await signedEvidence()), options);
    expect(model.source).to.deep.equal({ kind: 'bundle', name: 'b.cupel.tgz' });
    expect(model.verdict?.verdict).to.equal('accepted');
    expect(model.identity).to.include({ target: image, run });
    expect(model.rules.map(({ rule, standing }) => `${rule} ${standing}`)).to.deep.equal([
      'alpha passed', 'bravo passed', 'charlie ignored', 'delta passed', 'echo failed', 'foxtrot passed', 'golf uncounted',
    ]);
    expect(model.ignored.map(({ rule, wouldFail, expired }) => ({ rule, wouldFail, expired }))).to.deep.equal([{ rule: 'charlie', wouldFail: true, expired: false }]);
    expect(model.rules.find(({ rule }) => rule === 'charlie')?.fix).to.deep.equal({ source: 'cupel', script: undefined });
    expect(model.hardening?.steps).to.have.length(1);
    expect(model.before?.evaluated).to.equal(0);
    expect(model.signature).to.deep.equal({ state: 'unchecked', keyid: signer.keyid, algorithm: signer.algorithm, development: signer.development });
    expect(model.files.map(({ name }) => name)).to.include.members(['arf.xml.gz', 'verdict.json', 'hallmark.sigstore.json']);
  });

  it('holds the signature against keys when there are some', async () => {
    const path = await bundle(await signedEvidence());
    const trusting = (key: typeof signer): GatherOptions => ({ ...options, trust: { keys: [key], developmentKey: undefined, allowDevelopment: false } });
    expect((await gatherReport(path, trusting(signer))).signature.state).to.equal('verified');
    expect(await failure(gatherReport(path, trusting(stranger)))).to.include({ code: 'signer-unknown', exitCode: 3 });
  });

  it('reads the evidence directory of a refused build, which nobody signed', async () => {
    const model = await reportOfContents(evidenceOf({ reverted: ['alpha'] }), { kind: 'directory', name: 'x' }, { now, ownFixes: options.ownFixes });
    expect(model.signature).to.deep.equal({ state: 'unsigned' });
    expect(model.rules.find(({ rule }) => rule === 'alpha')).to.include({ result: 'fail', standing: 'failed', reverted: true });
  });

  for (const [what, forge] of [
    ['a changed verdict', (contents: Map<string, Buffer>) => contents.set('verdict.json', Buffer.from((contents.get('verdict.json') ?? '').toString().replace('"accepted"', '"refused"')))],
    ['another ARF', (contents: Map<string, Buffer>) => contents.set('arf.xml.gz', evidenceOf({ arf: gunzipSync(contents.get('arf.xml.gz') ?? '').toString().replace('>fail<', '>pass<') }).get('arf.xml.gz') ?? Buffer.alloc(0))],
    ['a statement that was not signed', (contents: Map<string, Buffer>) => contents.set('statement.intoto.json', Buffer.from('{}\n'))],
  ] as const) {
    it(`draws nothing of signed evidence with ${what}, also without a key`, async () => {
      const contents = new Map(await signedEvidence());
      forge(contents);
      expect(await failure(gatherReport(await bundle(contents), options))).to.have.property('exitCode', 3);
    });
  }

  it('counts a real ARF that nobody judged as it is, and says that nobody did', async () => {
    const model = await gatherReport(realArf, options);
    expect(model.tally.counts).to.include(realCounts);
    expect(model.rules).to.have.length(403);
    expect(model.notices.map(({ code }) => code)).to.deep.equal(['not-judged']);
    expect(model.verdict).to.equal(undefined);
  });

  it('takes a bundle for a bundle and an ARF for an ARF, whatever they are called', async () => {
    const bytes = await packBundle(await signedEvidence());
    expect((await gatherReport(await file('evidence.xml', bytes), options)).source.kind).to.equal('bundle');
    expect((await gatherReport(await file('arf.tgz', await readFile(realArf)), options)).source.kind).to.equal('arf');
  });

  it('says first that an ARF is of another product than the baseline', async () => {
    const policy = { baseline: baseline({}, { content: { product: 'ubuntu2404', version: '*', sha256: undefined } }), content: { product: 'ubuntu2404', version: '0.1.82', sha256: '' } };
    const error = await failure(gatherReport(realArf, { ...options, policy: () => Promise.resolve(policy) }));
    expect(error).to.include({ code: 'assay-product', exitCode: 3 });
    expect(error.message).to.contain('is of debian12, the baseline debian12-cis-l1-server is for ubuntu2404');
  });

  it('refuses a baseline beside evidence, which holds its own', async () => {
    const path = await bundle(await signedEvidence());
    const given = { ...options, policy: () => Promise.reject(new Error('not to be asked for')) };
    await gatherReport(path, given).then(() => expect.fail(), (error: unknown) => expect(error).to.include({ code: 'policy-two', exitCode: 64 }));
    expect((await gatherReport(path, { ...given, evidenceWithPolicy: 'ignore' })).source.kind).to.equal('bundle');
  });

  for (const [what, bytes, code] of [
    ['nothing at all', '', 'xml-empty'],
    ['half an ARF', 'half', 'xml-truncated'],
    ['half a compressed ARF', 'half-gzip', 'gzip-truncated'],
    ['a page that is no ARF', '<html/>', 'arf-root'],
    ['half a bundle', 'half-bundle', 'bundle-truncated'],
  ] as const) {
    it(`refuses ${what} as evidence`, async () => {
      const whole = await readFile(realArf);
      const content = bytes === 'half' ? gunzipSync(whole).subarray(0, 5_000_000) : bytes === 'half-gzip' ? whole.subarray(0, 300_000)
        : bytes === 'half-bundle' ? (await packBundle(await signedEvidence())).subarray(0, 3000) : bytes;
      expect(await failure(gatherReport(await file('broken', content), options))).to.include({ code, exitCode: 3 });
    });
  }

  it('says of a missing file that it is missing', async () => {
    expect(await failure(gatherReport(join(folder, 'none'), options))).to.include({ code: 'evidence-missing', exitCode: 3 });
  });

  it('takes the product from the id of a benchmark', () => {
    expect(['DEBIAN-12', 'UBUNTU_24-04', 'RHEL-9', 'AL-2023'].map((name) => productOf(`xccdf_org.ssgproject.content_benchmark_${name}`))).to.deep.equal(['debian12', 'ubuntu2404', 'rhel9', 'al2023']);
    expect(productOf('bench')).to.equal('');
  });

  it('reads packages of a CycloneDX file, the operating system left out, and refuses what is none', () => {
    const components = [{ type: 'operating-system', name: 'debian', version: '12' }, { type: 'library', name: 'zlib1g', version: '1' }, { type: 'library', name: 'adduser', version: '3' }];
    expect(readPackages(Buffer.from(JSON.stringify({ bomFormat: 'CycloneDX', components })))?.map(({ name }) => name)).to.deep.equal(['adduser', 'zlib1g']);
    expect(() => readPackages(Buffer.from('{'))).to.throw(EvidenceError).with.property('code', 'json-invalid');
    expect(() => readPackages(Buffer.from('{"components":[{}]}'))).to.throw(EvidenceError).with.property('code', 'json-schema');
  });

  it('is not confused by a gzip file of a gzip file', async () => {
    expect(await failure(gatherReport(await file('twice.gz', gzipSync(await readFile(realArf))), options))).to.have.property('exitCode', 3);
  });
});
