import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { run as main } from '../../src/cli/run.ts';
import { evidenceOf, image, run } from '../evidence/sample.ts';
import { CUPEL } from './factory/index.ts';
import { type Ec2, expireBefore, forbid, pendingFor, startEc2, throttle, unseenFor } from './lab/ec2/index.ts';
import { type Moto, startMoto } from './lab/moto/index.ts';

const home = 'eu-central-1';
const abroad = 'us-east-1';
const partner = '444455556666';

interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
}

describe('cupel publish aws', () => {
  let moto: Moto;
  let ec2: Ec2;
  let scratch: string;
  let ami: string;
  const file = (name: string): string => path.join(scratch, name);

  const held = { ...process.env };
  before(async () => {
    moto = await startMoto();
    // The SDK looks for them in the environment, as the AWS CLI does.
    Object.assign(process.env, moto.environment);
  });
  after(async () => {
    process.env = held;
    await moto.stop();
  });

  beforeEach(async () => {
    scratch = mkdtempSync(path.join(tmpdir(), 'cupel-publish-'));
    await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
    ec2 = await startEc2(moto.url);
    mkdirSync(file('evidence'));
    for (const [name, content] of evidenceOf()) writeFileSync(path.join(file('evidence'), name), content);
    for (const args of [['key', 'generate', '--out', file('key')], ['bundle', file('evidence'), '--signing-key', file('key')]]) expect((await cupel(...args)).exitCode).to.equal(0);
    writeFileSync(file('pub'), (await cupel('key', 'public', file('key'))).stdout);
    process.env['AWS_ENDPOINT_URL_EC2'] = ec2.endpoint;
    ami = await register(run);
    manifestOf(ami);
  });
  afterEach(async () => {
    await ec2.close();
    rmSync(scratch, { recursive: true });
  });

  const tagsOf = (tags: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries(tags).flatMap(([key, value], at) => [[`Tag.${at + 1}.Key`, key], [`Tag.${at + 1}.Value`, value]]));
  const idIn = (body: string, name: string): string => new RegExp(`<${name}>([^<]+)<`).exec(body)?.[1] ?? '';

  /** An AMI as Packer leaves it. */
  async function register(ofRun: string, created?: string): Promise<string> {
    const source = idIn((await ec2.ask(home, 'DescribeImages', { MaxResults: '5' })).body, 'imageId');
    const instance = idIn((await ec2.ask(home, 'RunInstances', { ImageId: source, MinCount: '1', MaxCount: '1' })).body, 'instanceId');
    const made = idIn((await ec2.ask(home, 'CreateImage', { InstanceId: instance, Name: `${image}-${ofRun}${created ?? ''}` })).body, 'imageId');
    await ec2.ask(home, 'CreateTags', { 'ResourceId.1': made, ...tagsOf({ 'cupel:run': ofRun, 'cupel:image': image }) });
    await ec2.ask(home, 'TerminateInstances', { 'InstanceId.1': instance });
    return made;
  }

  function manifestOf(id: string, customData: Record<string, string> = { run, image, evidence: file('evidence') }): void {
    writeFileSync(file('manifest.json'), JSON.stringify({ builds: [{ builder_type: 'amazon-ebs', artifact_id: `${home}:${id}`, packer_run_uuid: run, custom_data: customData }], last_run_uuid: run }));
  }

  async function cupel(...args: string[]): Promise<Ended> {
    let [stdout, stderr] = ['', ''];
    const exitCode = await main(args, {
      out: (text) => { stdout += text; }, note: (text) => { stderr += `${text}\n`; }, readStdin: () => Promise.resolve(''), isTty: false, env: { XDG_DATA_HOME: file('data') },
    });
    return { exitCode, stdout, stderr };
  }
  const publish = (...args: string[]) => cupel('publish', 'aws', '--manifest', file('manifest.json'), '--key', file('pub'), '--signing-key', file('key'), '--store', file('store'), ...args);

  const described = async (region: string, id: string): Promise<string> => (await ec2.ask(region, 'DescribeImages', { 'ImageId.1': id })).body;
  const isThere = async (region: string, id: string): Promise<boolean> => (await described(region, id)).includes(`<imageId>${id}<`);
  const snapshotOf = async (id: string): Promise<string> => idIn(await described(home, id), 'snapshotId');
  const tags = (body: string): Record<string, string> => Object.fromEntries([...body.matchAll(/<key>(cupel:[^<]+)<\/key><value>([^<]*)</g)].map(([, key = '', value = '']) => [key, value]));
  const flat = (body: string): string => body.replaceAll(/>\s+</g, '><');
  const kept = (): string[] => readdirSync(file('store'), { recursive: true }).map(String).filter((name) => name.endsWith('.json')).sort();

  it('binds, tags, shares, deprecates and protects an AMI whose evidence verifies, in few calls', async () => {
    const done = await publish('--share-with', partner, '--deprecate-after', '90', '--json');
    expect(done.exitCode, done.stderr).to.equal(0);
    const record = JSON.parse(done.stdout) as { api_calls: number; amis: unknown[]; bundle: { sha256: string } };
    expect(record.amis).to.deep.equal([{ region: home, id: ami, account: '123456789012' }]);
    expect(ec2.calls.length).to.be.at.most(30).and.to.equal(record.api_calls);

    const written = tags(flat(await described(home, ami)));
    expect(written).to.include({ 'cupel:run': run, 'cupel:image': image, 'cupel:state': 'published', 'cupel:bundle-sha256': record.bundle.sha256 });
    expect(written['cupel:evidence']).to.contain(`bundles/${record.bundle.sha256}.cupel.tgz`);
    expect(tags(flat((await ec2.ask(home, 'DescribeSnapshots', { 'SnapshotId.1': await snapshotOf(ami) })).body))).to.include({ 'cupel:run': run });
    expect((await ec2.ask(home, 'DescribeImageAttribute', { ImageId: ami, Attribute: 'launchPermission' })).body).to.contain(partner);
    expect((await ec2.ask(home, 'DescribeSnapshotAttribute', { SnapshotId: await snapshotOf(ami), Attribute: 'createVolumePermission' })).body).to.contain(partner);
    expect(ec2.counts()).to.include({ EnableImageDeprecation: 1, EnableImageDeregistrationProtection: 1 });

    const fetched = await cupel('fetch', ami, '--store', file('store'), '--key', file('pub'), '-o', file('fetched'));
    expect(fetched.exitCode, fetched.stderr).to.equal(0);
  });

  it('changes nothing when it is run again', async () => {
    const args = ['--share-with', partner, '--deprecate-after', '90', '--copy-to', abroad];
    expect((await publish(...args)).exitCode).to.equal(0);
    const pointers = kept();
    ec2.forget();
    expect((await publish(...args)).exitCode).to.equal(0);
    expect(Object.keys(ec2.counts()).filter((action) => !action.startsWith('Describe'))).to.deep.equal([]);
    expect(kept()).to.deep.equal(pointers);
  });

  it('lets an organisation launch it', async () => {
    const organisation = 'arn:aws:organizations::111122223333:organization/o-example0001';
    const done = await publish('--share-with', organisation);
    expect(done.exitCode, done.stderr).to.equal(0);
    expect((await ec2.ask(home, 'DescribeImageAttribute', { ImageId: ami, Attribute: 'launchPermission' })).body).to.contain(organisation);
    ec2.forget();
    expect((await publish('--share-with', organisation)).exitCode).to.equal(0);
    expect(ec2.counts()).not.to.have.any.keys('ModifyImageAttribute', 'ModifySnapshotAttribute');
  });

  it('copies to other regions, and binds the copy too', async () => {
    const done = await publish('--copy-to', abroad, '--copy-to', home, '--json');
    expect(done.exitCode, done.stderr).to.equal(0);
    const { amis } = JSON.parse(done.stdout) as { amis: { region: string; id: string }[] };
    expect(amis.map(({ region }) => region)).to.deep.equal([home, abroad]);
    expect(tags(flat(await described(abroad, amis[1]?.id ?? '')))).to.include({ 'cupel:run': run, 'cupel:state': 'published' });
    expect(kept()).to.deep.equal(amis.map(({ id }) => `images/aws/${id}.json`).sort());
  });

  it('deregisters, with its snapshot, an AMI that has no evidence', async () => {
    manifestOf(ami, { run, image, evidence: file('nowhere') });
    const snapshot = await snapshotOf(ami);
    const refused = await publish();
    expect(refused.exitCode).to.equal(3);
    expect(refused.stderr).to.contain('evidence-missing');
    expect(await isThere(home, ami)).to.equal(false);
    expect((await ec2.ask(home, 'DescribeSnapshots', { 'SnapshotId.1': snapshot })).status).to.equal(400);
    const again = await publish();
    expect(again.exitCode).to.equal(3);
    expect(again.stderr).to.contain('gone already');
  });

  it('quarantines instead where asked: tagged, and shared with nobody', async () => {
    await ec2.ask(home, 'ModifyImageAttribute', { ImageId: ami, 'LaunchPermission.Add.1.UserId': partner });
    manifestOf(ami, { run, image, evidence: file('nowhere') });
    expect((await publish('--on-failure', 'quarantine')).exitCode).to.equal(3);
    expect(tags(flat(await described(home, ami)))).to.include({ 'cupel:state': 'quarantined' });
    expect((await ec2.ask(home, 'DescribeImageAttribute', { ImageId: ami, Attribute: 'launchPermission' })).body).not.to.contain(partner);
  });

  for (const [what, arrange, exit, code] of [
    ['whose evidence is of another run', (): void => { manifestOf(ami, { run: 'ffffffff-0000-4000-8000-000000000000', image, evidence: file('evidence') }); }, 3, 'run-mismatch'],
    ['whose bundle was changed', (): void => {
      const [name = ''] = readdirSync(file('evidence')).filter((entry) => entry.endsWith('.tgz'));
      const bytes = readFileSync(path.join(file('evidence'), name));
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      writeFileSync(path.join(file('evidence'), name), bytes);
    }, 3, 'bundle-'],
  ] as const) {
    it(`deregisters an AMI ${what}`, async () => {
      arrange();
      const refused = await publish();
      expect(refused.exitCode).to.equal(exit);
      expect(refused.stderr).to.contain(code);
      expect(await isThere(home, ami)).to.equal(false);
    });
  }

  it('deregisters an AMI that misses the policy of who publishes, and says so with exit 2', async () => {
    const refused = await publish('--min-pass-rate', '0.999');
    expect(refused.exitCode).to.equal(2);
    expect(await isThere(home, ami)).to.equal(false);
  });

  it('deregisters an AMI that says that it is of another run', async () => {
    const other = await register('ffffffff-0000-4000-8000-000000000000');
    manifestOf(other);
    const refused = await publish();
    expect(refused.exitCode).to.equal(3);
    expect(refused.stderr).to.contain('image-mismatch');
    expect(await isThere(home, other)).to.equal(false);
  });

  it('takes no image away for what is not in the evidence: no key, no connection, no credentials, no permission', async () => {
    expect((await cupel('publish', 'aws', '--manifest', file('manifest.json'), '--store', file('store'))).exitCode).to.equal(64);
    ec2.hooks.push(forbid('DescribeImages'));
    expect((await publish()).exitCode).to.equal(78);
    ec2.hooks.splice(0, 1, expireBefore(1));
    expect((await publish()).exitCode).to.equal(78);
    ec2.hooks.length = 0;
    expect(await isThere(home, ami)).to.equal(true);
    expect((await publish()).exitCode).to.equal(0);
  });

  it('keeps what it did when credentials expire on the way, and ends the same with new ones', async () => {
    const args = ['--copy-to', abroad, '--share-with', partner];
    ec2.hooks.push(expireBefore(12));
    const cut = await publish(...args);
    expect(cut.exitCode, cut.stderr).to.equal(78);
    expect(cut.stderr).to.contain('aws-credentials');
    expect(ec2.counts()).to.include({ CopyImage: 1 });
    expect(tags(flat(await described(home, ami)))).not.to.have.property('cupel:state');
    ec2.hooks.length = 0;
    expect((await publish(...args)).exitCode).to.equal(0);
    expect(ec2.counts()).to.include({ CopyImage: 1 });
    expect(tags(flat(await described(home, ami)))).to.include({ 'cupel:state': 'published' });
  });

  it('says what it would do, and does nothing, when asked to try', async () => {
    const tried = await publish('--dry-run', '--copy-to', abroad, '--share-with', partner);
    expect(tried.exitCode, tried.stderr).to.equal(0);
    expect(tried.stderr).to.contain(`${abroad}: copy ${ami}`).and.contain(`share with ${partner}`).and.contain('cupel:state=published');
    expect(Object.keys(ec2.counts()).filter((action) => !action.startsWith('Describe'))).to.deep.equal([]);
    manifestOf(ami, { run, image, evidence: file('nowhere') });
    expect((await publish('--dry-run')).exitCode).to.equal(3);
    expect(await isThere(home, ami)).to.equal(true);
  });

  it('waits for what is not seen yet or pending, and goes on when it is throttled', async () => {
    ec2.hooks.push(throttle(3), throttle(2, 'CreateTags'), unseenFor(1), pendingFor(2));
    const done = await publish('--copy-to', abroad);
    expect(done.exitCode, done.stderr).to.equal(0);
    expect(tags(flat(await described(home, ami)))).to.include({ 'cupel:state': 'published' });
  });

  it('does not wait for ever', async () => {
    ec2.hooks.push(pendingFor(1000));
    const gaveUp = await publish('--wait', '2');
    expect(gaveUp.exitCode).to.equal(4);
    expect(gaveUp.stderr).to.contain('image-missing');
    expect(await isThere(home, ami)).to.equal(true);
  });

  it('retires old images that nothing uses, never one in use or the new one', async () => {
    const dates = new Map<string, string>();
    for (const day of ['01', '02', '03']) {
      const id = await register(run, day);
      dates.set(id, `2026-05-${day}T00:00:00.000Z`);
      await ec2.ask(home, 'CreateTags', { 'ResourceId.1': id, ...tagsOf({ 'cupel:state': 'published', 'cupel:image': image }) });
    }
    ec2.hooks.push({ after: (_, reply) => ({ ...reply, body: reply.body.replaceAll(/(<imageId>(ami-[0-9a-f]+)<\/imageId>[^]*?<creationDate>)[^<]*/g, (whole, head: string, id: string) => (dates.has(id) ? `${head}${dates.get(id) ?? ''}` : whole)) }) });
    const [used = '', ...others] = [...dates.keys()];
    await ec2.ask(home, 'RunInstances', { ImageId: used, MinCount: '1', MaxCount: '1' });
    const done = await publish('--keep', '2', '--keep-days', '30', '--json');
    expect(done.exitCode, done.stderr).to.equal(0);
    expect(done.stderr).to.contain(`${used} is old, but in use: kept`);
    const [second = '', third = ''] = others;
    expect((JSON.parse(done.stdout) as { retired: unknown[] }).retired).to.deep.equal([{ region: home, id: second }]);
    for (const id of [ami, used, third]) expect(await isThere(home, id), id).to.equal(true);
    expect(await isThere(home, second)).to.equal(false);
  });

  it('ends the same when it is killed before any of its calls and run again', async () => {
    const args = ['--copy-to', abroad, '--share-with', partner, '--deprecate-after', '90'];
    for (let at = 1; ; at++) {
      ec2.forget();
      let count = 0;
      const controller = new AbortController();
      ec2.hooks.push({ before: () => (++count === at ? (controller.abort(), new Promise(() => undefined)) : undefined) });
      const killed = await execa('node', [CUPEL, 'publish', 'aws', '--manifest', file('manifest.json'), '--key', file('pub'), '--signing-key', file('key'), '--store', file('store'), ...args], {
        reject: false, cancelSignal: controller.signal, killSignal: 'SIGKILL', env: { ...moto.environment, AWS_ENDPOINT_URL_EC2: ec2.endpoint, XDG_DATA_HOME: file('data') },
      });
      ec2.hooks.length = 0;
      if (!killed.isCanceled) {
        expect(killed.exitCode, killed.stderr).to.equal(0);
        // The run that is not cut has nothing left but to look.
        expect(at).to.be.greaterThan(5);
        break;
      }
    }
    const copies = (await ec2.ask(abroad, 'DescribeImages', { 'Owner.1': 'self' })).body.match(/<imageId>/g) ?? [];
    expect(copies.length).to.equal(1);
    ec2.forget();
    expect((await publish(...args)).exitCode).to.equal(0);
    expect(Object.keys(ec2.counts()).filter((action) => !action.startsWith('Describe'))).to.deep.equal([]);
  });

  it('needs no more than the shipped policy allows', async () => {
    const policy = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../packer/cloud/publish-policy.json'), 'utf8')) as { Statement: { Action: string[] }[] };
    const allowed = new Set(policy.Statement.flatMap(({ Action }) => Action).map((action) => action.replace(/^ec2:/, '')));
    for (const old of ['x', 'y']) await ec2.ask(home, 'CreateTags', { 'ResourceId.1': await register(run, old), ...tagsOf({ 'cupel:state': 'published' }) });
    expect((await publish('--copy-to', abroad, '--share-with', partner, '--deprecate-after', '90', '--keep', '1', '--keep-days', '0')).exitCode).to.equal(0);
    expect((await cupel('revoke', ami, '--region', home, '--reason', 'test', '--deregister')).exitCode).to.equal(0);
    manifestOf(await register('ffffffff-0000-4000-8000-000000000000'));
    expect((await publish()).exitCode).to.equal(3);
    const called = new Set(ec2.calls.map(({ action }) => action));
    expect([...called].filter((action) => !allowed.has(action))).to.deep.equal([]);
    // And it allows nothing that is not needed.
    expect([...allowed].filter((action) => !called.has(action) && action !== 'DeleteSnapshot').sort()).to.deep.equal([]);
  });

  it('lists what is published, and takes an image back', async () => {
    expect((await publish('--share-with', partner)).exitCode).to.equal(0);
    const listed = async (): Promise<Record<string, unknown>[]> => JSON.parse((await cupel('images', '--region', home, '--json')).stdout) as Record<string, unknown>[];
    expect((await listed())[0]).to.include({ image, id: ami, run, state: 'published', place: home });
    expect((await cupel('images', '--region', home)).stdout).to.contain(ami).and.contain('published');

    expect((await cupel('revoke', ami, '--region', home, '--reason', 'CVE', '--dry-run')).exitCode).to.equal(0);
    expect((await listed())[0]).to.include({ state: 'published' });
    expect((await cupel('revoke', ami, '--region', home, '--reason', 'CVE')).exitCode).to.equal(0);
    expect((await listed())[0]).to.include({ state: 'revoked' });
    expect((await ec2.ask(home, 'DescribeImageAttribute', { ImageId: ami, Attribute: 'launchPermission' })).body).not.to.contain(partner);
    expect((await cupel('revoke', ami, '--region', home, '--reason', 'CVE', '--deregister')).exitCode).to.equal(0);
    expect(await listed()).to.deep.equal([]);
    expect((await cupel('revoke', ami, '--region', home, '--reason', 'CVE')).exitCode).to.equal(4);
  });

  it('verifies the hallmark of what it lists, and believes no tag before it', async () => {
    await fetch(`${moto.url}/evidence`, { method: 'PUT' });
    process.env['AWS_ENDPOINT_URL_S3'] = moto.url;
    const published = await cupel('publish', 'aws', '--manifest', file('manifest.json'), '--key', file('pub'), '--signing-key', file('key'), '--store', `s3://evidence/golden?endpoint=${moto.url}`);
    expect(published.exitCode, published.stderr).to.equal(0);
    const rate = tags(flat(await described(home, ami)))['cupel:pass-rate'];
    const retag = (values: Record<string, string>) => ec2.ask(home, 'CreateTags', { 'ResourceId.1': ami, ...tagsOf(values) });
    const listed = async (...args: string[]): Promise<Record<string, unknown>> => (JSON.parse((await cupel('images', '--region', home, '--json', ...args)).stdout) as Record<string, unknown>[])[0] ?? {};

    await retag({ 'cupel:pass-rate': '1' });
    expect(await listed()).to.include({ hallmark: 'not checked', pass_rate: '1', state: 'published' });
    expect(await listed('--key', file('pub'))).to.include({ hallmark: 'verified', hallmark_reason: '', pass_rate: rate, state: 'published' });
    expect((await cupel('images', '--region', home, '--key', file('pub'))).stdout).to.match(/published +verified/);

    await cupel('key', 'generate', '--out', file('other'));
    writeFileSync(file('other.pub'), (await cupel('key', 'public', file('other'))).stdout);
    expect(await listed('--key', file('other.pub'))).to.include({ hallmark: 'untrusted', pass_rate: '1' }).and.to.have.property('hallmark_reason').that.contains('[signer-unknown]');
    mkdirSync(file('empty'));
    expect(await listed('--key', file('pub'), '--store', file('empty'))).to.include({ hallmark: 'missing' });
    await retag({ 'cupel:run': 'ffffffff-0000-4000-8000-000000000000' });
    expect(await listed('--key', file('pub'))).to.include({ hallmark: 'untrusted' }).and.to.have.property('hallmark_reason').that.contains('[run-mismatch]');
    // Nobody is sent to where a tag wants it: not to files of this host, nor with our tokens to other endpoints.
    for (const place of [file('store'), 's3://evidence/golden?endpoint=https://example.org', 'http://127.0.0.1']) {
      await retag({ 'cupel:run': run, 'cupel:evidence': `${place}/bundles/${'0'.repeat(64)}.cupel.tgz` });
      expect(await listed('--key', file('pub'))).to.include({ hallmark: 'not checked' }).and.to.have.property('hallmark_reason').that.contains('--store');
    }
    expect((await cupel('images', '--region', home, '--store', file('empty'))).exitCode).to.equal(64);
  });
});
