import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { CupelError } from '../../../src/errors.ts';
import { assertSameImage, digestsOnDisk, digestsOnMachine, type ImageComparison, type Verification, verifyContents } from '../../../src/evidence/index.ts';
import { runRecord } from '../../../src/evidence/statement/index.ts';
import { ShellTarget } from '../../target/shell-target.ts';
import { type Build, image, now, otherRun, run, signedEvidence, slimContent } from '../sample.ts';
import { trust } from '../stores/kept.ts';
import { scratch } from '../stores/scratch.ts';

describe('a machine held against its evidence', () => {
  const file = scratch();
  const disk = (path: string): string => file(`disk${path}`);
  const agent = 'the agent';
  let verification: Verification;

  const verified = async (build: Build = {}): Promise<Verification> => {
    const embedded = { '/usr/lib/cupel/cis-scanner': createHash('sha256').update(agent).digest('hex'), '/etc/cupel/exporter.conf': createHash('sha256').update('listen\n').digest('hex') };
    return await verifyContents(await signedEvidence({ environment: { embedded }, ...build }), { trust, policy: {}, expect: {}, now }, 'bundle');
  };
  const put = (path: string, content: Buffer | string): void => {
    mkdirSync(dirname(disk(path)), { recursive: true });
    writeFileSync(disk(path), content);
  };
  /** The image as the build seals it. */
  beforeEach(async () => {
    verification = await verified();
    for (const name of ['verdict.json', 'arf.xml.gz', 'baseline.lock.yaml', 'tailoring.xml', 'remediation.sh']) put(`/usr/share/cupel/build/${name}`, verification.contents.get(name) ?? '');
    put('/usr/share/cupel/build/run.json', runRecord(image, run, verification.appraisal.verdict.baseline.name));
    put('/usr/share/cupel/content/ssg-debian12-ds.xml', slimContent);
    put('/usr/share/cupel/content/tailoring.xml', verification.contents.get('tailoring.xml') ?? '');
    put('/etc/cupel/baseline.lock.yaml', verification.contents.get('baseline.lock.yaml') ?? '');
    put('/usr/lib/cupel/cis-scanner', agent);
    put('/etc/cupel/exporter.conf', 'listen\n');
  });
  const compare = async (from = verification): Promise<ImageComparison> => assertSameImage(from, 'disk', await digestsOnDisk(file('disk')));
  async function refused(code: string, from?: Verification): Promise<string> {
    return await compare(from).then(() => expect.fail(`not refused: ${code}`), (error: unknown) => {
      expect(error).to.be.instanceOf(CupelError).with.property('code', code);
      return (error as Error).message;
    });
  }

  it('is the same when every file is', async () => {
    const { equal, edited } = await compare();
    expect(equal).to.include.members(['/usr/share/cupel/build/run.json', '/usr/share/cupel/build/arf.xml.gz', '/usr/lib/cupel/cis-scanner', '/etc/cupel/exporter.conf']);
    expect(edited).to.deep.equal([]);
  });

  it('may have its configuration edited, which is said', async () => {
    put('/etc/cupel/exporter.conf', 'listen = 9100\n');
    expect((await compare()).edited).to.deep.equal(['/etc/cupel/exporter.conf']);
  });

  it('is another one when its run is', async () => {
    await refused('image-run', await verified({ run: otherRun }));
    await refused('image-run', await verified({ image: 'debian13-golden' }));
    rmSync(disk('/usr/share/cupel/build/run.json'));
    await refused('image-unmarked');
  });

  it('names every file that was changed or taken away', async () => {
    put('/usr/share/cupel/build/verdict.json', '{}');
    put('/usr/lib/cupel/cis-scanner', 'another agent');
    rmSync(disk('/usr/share/cupel/build/arf.xml.gz'));
    expect(await refused('image-differs')).to.contain('verdict.json').and.contain('cis-scanner').and.contain('arf.xml.gz (missing)').and.not.contain('tailoring');
  });

  it('follows no link, for a foreign disk may lead anywhere', async () => {
    renameSync(disk('/usr/share/cupel/build/verdict.json'), file('outside'));
    symlinkSync(file('outside'), disk('/usr/share/cupel/build/verdict.json'));
    expect(await refused('image-differs')).to.contain('verdict.json (missing)');
    renameSync(disk('/usr/lib/cupel'), file('elsewhere'));
    symlinkSync(file('elsewhere'), disk('/usr/lib/cupel'));
    expect(await refused('image-differs')).to.contain('cis-scanner (missing)');
  });

  it('is asked the same when it runs', async () => {
    const target = new ShellTarget();
    const digests = await digestsOnMachine(target)([disk('/usr/lib/cupel/cis-scanner'), disk('/nowhere'), disk('/usr')]);
    expect([...digests]).to.deep.equal([[disk('/usr/lib/cupel/cis-scanner'), createHash('sha256').update(agent).digest('hex')]]);
    target.answer = () => ({ exitCode: 1, stderr: 'sha256sum: Input/output error' });
    await digestsOnMachine(target)(['/x']).then(() => expect.fail('a broken disk was taken'), (error: unknown) => expect(error).to.have.property('code', 'image-digests'));
  });

  it('is not there when there is no such disk', async () => {
    await digestsOnDisk(file('unmounted')).then(() => expect.fail('found'), (error: unknown) => expect(error).to.have.property('code', 'evidence-unreadable'));
  });
});
