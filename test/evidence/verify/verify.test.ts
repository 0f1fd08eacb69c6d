import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { EvidenceError, RefusedError } from '../../../src/errors.ts';
import { packBundle, sealEvidence, verifyContents, verifyEvidence, type Contents, type Policy, type Verification } from '../../../src/evidence/index.ts';
import { arfOf, baselineOf, type Build, evidenceOf, image, now, results, run, sbomOf, signedEvidence, signer, stranger } from '../sample.ts';
import { hallmarked } from '../../../src/evidence/seal.ts';
import { appraise, extension } from '../../../src/evidence/statement/index.ts';
import { resign, editVerdict } from '../forgeries/forging.ts';

const trust = { keys: [signer], developmentKey: undefined, allowDevelopment: false };
const verify = (contents: Contents, policy: Policy = {}, at = now): Promise<Verification> => verifyContents(contents, { trust, policy, expect: {}, now: at }, 'bundle');
const codes = async (policy: Policy, at = now): Promise<string[]> => (await verify(await signedEvidence(), policy, at)).reasons.map(({ code }) => code);

describe('verifying true evidence', () => {
  it('finds what it says', async () => {
    const { appraisal, signer: found, files, expired, today } = await verify(await signedEvidence());
    expect(appraisal.verdict).to.include({ verdict: 'accepted', target: image, run, pass_rate: 0.8 });
    expect(found).to.include({ keyid: signer.keyid, development: false });
    expect(files).to.deep.equal(['verdict.json', 'baseline.lock.yaml', 'tailoring.xml', 'environment.json', 'before.json', 'remediation.sh', 'harden.jsonl', 'arf.xml.gz']);
    expect({ expired, today }).to.deep.equal({ expired: [], today: 'accepted' });
  });

  it('takes an SBOM and a report of the same build, under the same signature', async () => {
    const evidence = new Map([...evidenceOf(), ['sbom.cdx.json', sbomOf()], ['report.html', Buffer.from('<!doctype html>')]]);
    const { files } = await verify(await hallmarked(evidence, await appraise(evidence), signer, 'cupel test'));
    expect(files).to.include.members(['sbom.cdx.json', 'report.html']);
  });

  it('says which image came before, where the build was held against one', async () => {
    const previous = { run: 'urn:uuid:7f3b2a10-1111-4222-8333-444455556666', arf: 'a'.repeat(64) };
    const of = async (contents: Contents): Promise<unknown> => (await verify(contents)).statement.predicate[extension].previous;
    expect(await of(await signedEvidence({ environment: { previous } }))).to.deep.equal(previous);
    expect(await of(await signedEvidence())).to.equal(null);
  });

  it('counts rules whose fix was rolled back as failed, as the build did', async () => {
    const { appraisal } = await verify(await signedEvidence({ reverted: ['alpha'] }));
    expect(appraisal.verdict.failing.map(({ rule }) => rule)).to.deep.equal(['alpha', 'echo']);
  });

  it('takes evidence without what is optional, and of a build that did not say when it was judged', async () => {
    const evidence = evidenceOf();
    evidence.delete('harden.jsonl');
    evidence.delete('before.json');
    evidence.set('environment.json', Buffer.from('{\n  "oscap": "1.3.7"\n}\n'));
    const directory = mkdtempSync(join(tmpdir(), 'cupel-verify-'));
    try {
      for (const [name, content] of evidence) writeFileSync(join(directory, name), content);
      await sealEvidence(directory, signer, 'cupel test');
      expect((await verifyEvidence(directory, { trust, policy: {}, expect: { image, run }, now })).files).to.have.length(6);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('says which ignore entries expired since, and what the gate would say today', async () => {
    const strict = baselineOf({}, { passRate: 0.8 });
    const later = new Date('2027-05-02T00:00:00Z');
    const contents = await signedEvidence({ baseline: strict });
    expect((await verify(contents, {}, new Date('2027-05-01T23:59:59Z'))).expired).to.deep.equal([]);
    const { expired, today, reasons } = await verify(contents, {}, later);
    expect(expired.map(({ rule }) => rule)).to.deep.equal(['charlie']);
    expect({ today, reasons }).to.deep.equal({ today: 'refused', reasons: [] });
    expect((await verify(contents, { refuseExpired: true }, later)).reasons.map(({ code }) => code)).to.deep.equal(['policy-expired']);
  });

  it('holds it against the policy of who verifies', async () => {
    expect(await codes({ minPassRate: 0.8, signers: [stranger.keyid, signer.keyid], maxAgeDays: 1, baseline: 'debian12-cis-l1-server' })).to.deep.equal([]);
    expect(await codes({ baseline: baselineOf().sha256 })).to.deep.equal([]);
    expect(await codes({ minPassRate: 0.81 })).to.deep.equal(['policy-pass-rate']);
    expect(await codes({ signers: [stranger.keyid] })).to.deep.equal(['policy-signer']);
    expect(await codes({ maxAgeDays: 1 }, new Date('2026-11-25T15:43:48Z'))).to.deep.equal(['policy-age']);
    expect(await codes({ baseline: 'strict' })).to.deep.equal(['policy-baseline']);
    expect(await codes({ baseline: 'a'.repeat(64), minPassRate: 1 })).to.deep.equal(['policy-pass-rate', 'policy-baseline']);
  });

  it('says that a development key signed, where that is allowed', async () => {
    const options = { trust: { keys: [], developmentKey: signer, allowDevelopment: true }, policy: {}, expect: {}, now };
    expect((await verifyContents(await signedEvidence(), options, 'bundle')).signer.development).to.equal(true);
  });

  it('refuses, with exit 2, true evidence of a refused build that somebody signed', async () => {
    const refused: Build = { arf: arfOf({ ...results, alpha: 'fail', bravo: 'fail' }) };
    const contents = await resign(new Map([...await signedEvidence(), ...evidenceOf(refused)]));
    const outcome = await verify(contents).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(RefusedError).with.property('code', 'evidence-refused');
  });
});

describe('sealing evidence', () => {
  let directory: string;
  beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'cupel-seal-')); });
  afterEach(() => { rmSync(directory, { recursive: true, force: true }); });
  const fill = (contents: Contents): void => { for (const [name, content] of contents) writeFileSync(join(directory, name), content); };

  it('leaves statement, hallmark and bundle beside the evidence, and the same ones when it is done again', async () => {
    fill(evidenceOf());
    const { bundle, sha256 } = await sealEvidence(directory, signer, 'cupel test');
    expect(bundle).to.equal(join(directory, `${image}-${run}.cupel.tgz`));
    expect(readFileSync(bundle)).to.deep.equal(await packBundle(await signedEvidence()));
    expect((await sealEvidence(directory, signer, 'cupel test')).sha256).to.equal(sha256);
    expect(readdirSync(directory)).to.have.length(11);
  });

  it('signs nothing that the gate refused', async () => {
    fill(evidenceOf({ arf: arfOf({ ...results, alpha: 'fail', bravo: 'fail' }) }));
    expect(await sealEvidence(directory, signer, 'x').catch((error: unknown) => error)).to.be.instanceOf(RefusedError).with.property('code', 'evidence-refused');
    expect(readdirSync(directory)).to.have.length(8);
  });

  it('hands out no hallmark that its own verification would refuse', async () => {
    fill(evidenceOf());
    const broken = { ...signer, sign: (data: Buffer) => stranger.sign(data) };
    expect(await sealEvidence(directory, broken, 'x').catch((error: unknown) => error)).to.be.instanceOf(EvidenceError).with.property('code', 'signature-invalid');
    for (const [name, content] of evidenceOf({ image: '../../x' })) writeFileSync(join(directory, name), content);
    expect(await sealEvidence(directory, signer, 'x').catch((error: unknown) => error)).to.have.property('code', 'image-name');
    for (const [name, content] of evidenceOf({ run: 'no-uuid' })) writeFileSync(join(directory, name), content);
    expect(await sealEvidence(directory, signer, 'x').catch((error: unknown) => error)).to.be.instanceOf(EvidenceError).with.property('code', 'json-schema');
    expect(readdirSync(directory)).to.have.length(8);
  });

  it('signs nothing that does not agree, or is not whole', async () => {
    fill(editVerdict(evidenceOf(), (verdict) => { verdict.pass_rate = 1; }));
    expect(await sealEvidence(directory, signer, 'x').catch((error: unknown) => error)).to.be.instanceOf(EvidenceError).with.property('code', 'gate-mismatch');
    rmSync(join(directory, 'remediation.sh'));
    fill(evidenceOf());
    rmSync(join(directory, 'remediation.sh'));
    expect(await sealEvidence(directory, signer, 'x').catch((error: unknown) => error)).to.be.instanceOf(EvidenceError).with.property('code', 'bundle-incomplete');
  });
});
