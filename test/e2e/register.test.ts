import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EBSClient, GetSnapshotBlockCommand, ListSnapshotBlocksCommand } from '@aws-sdk/client-ebs';
import { expect } from 'chai';
import { execa, execaSync } from 'execa';
import { run as main } from '../../src/cli/run.ts';
import { evidenceOf, image, run } from '../evidence/sample.ts';
import { CUPEL } from './factory/index.ts';
import { type Ebs, ebsRefusal, type Ec2, expireBefore, startEbs, startEc2, throttle } from './lab/ec2/index.ts';
import { type Moto, startMoto } from './lab/moto/index.ts';

const home = 'eu-central-1';
const abroad = 'us-east-1';
const mib = 2 ** 20;
const blockBytes = mib / 2;

/** A disk with a partition table: data here and there, holes, and an end in the middle of a block. */
function makeDisk(file: string, table = 'label: gpt\nsize=1M, type=21686148-6449-6E6F-744E-656564454649\nsize=4M, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\ntype=linux\n'): void {
  writeFileSync(file, '');
  truncateSync(file, 40 * mib + 100 * 512);
  execaSync('sfdisk', ['--quiet', file], { input: table });
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.from([0xeb, 0x63, 0x90]), 0, 3, 0);
  for (const [at, length] of [[2 * mib, 3 * mib], [9 * mib + 4096, 5000], [20 * mib - 10, 20], [30 * mib, 4 * mib + 1]] as const) writeSync(handle, randomBytes(length), 0, length, at);
  closeSync(handle);
}

describe('cupel register aws', () => {
  let moto: Moto;
  let ec2: Ec2;
  let ebs: Ebs;
  let scratch: string;
  let disk: Buffer;
  const file = (name: string): string => path.join(scratch, name);

  const held = { ...process.env };
  before(async () => {
    // Nothing is built here: no images of others are needed.
    moto = await startMoto({ MOTO_EC2_LOAD_DEFAULT_AMIS: 'false' });
    Object.assign(process.env, moto.environment);
  });
  after(async () => {
    process.env = held;
    await moto.stop();
  });

  beforeEach(async () => {
    scratch = mkdtempSync(path.join(tmpdir(), 'cupel-register-test-'));
    await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
    [ec2, ebs] = [await startEc2(moto.url), await startEbs(moto.url)];
    Object.assign(process.env, { AWS_ENDPOINT_URL_EC2: ec2.endpoint, AWS_ENDPOINT_URL_EBS: ebs.endpoint });
    mkdirSync(file('evidence'));
    for (const [name, content] of evidenceOf()) writeFileSync(path.join(file('evidence'), name), content);
    for (const args of [['key', 'generate', '--out', file('key')], ['bundle', file('evidence'), '--signing-key', file('key')]]) expect((await cupel(...args)).exitCode).to.equal(0);
    writeFileSync(file('pub'), (await cupel('key', 'public', file('key'))).stdout);
    makeDisk(file('disk.raw'));
    disk = readFileSync(file('disk.raw'));
    execaSync('qemu-img', ['convert', '-c', '-f', 'raw', '-O', 'qcow2', file('disk.raw'), file('disk.qcow2')]);
    await bind('disk.qcow2');
  });
  afterEach(async () => {
    await Promise.all([ec2.close(), ebs.close()]);
    rmSync(scratch, { recursive: true });
  });

  async function cupel(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    let [stdout, stderr] = ['', ''];
    const exitCode = await main(args, {
      out: (text) => { stdout += text; }, note: (text) => { stderr += `${text}\n`; }, readStdin: () => Promise.resolve(''), isTty: false, env: environment(),
    });
    return { exitCode, stdout, stderr };
  }
  const environment = (): Record<string, string> => ({ XDG_DATA_HOME: file('data'), CUPEL_CACHE: file('cache') });
  const commandFor = (name: string): string[] => ['register', 'aws', '--disk', file(name), '--region', home, '--key', file('pub'), '--signing-key', file('key'), '--store', file('store')];
  const register = (...args: string[]) => cupel(...commandFor('disk.qcow2'), ...args);
  async function bind(name: string): Promise<void> {
    const pushed = await cupel('store', 'push', path.join(file('evidence'), `${image}-${run}.cupel.tgz`), '--image', file(name), '--signing-key', file('key'), '--store', file('store'));
    expect(pushed.exitCode, pushed.stderr).to.equal(0);
  }
  const calls = (): number => ec2.calls.length + ebs.calls.length;
  const idIn = (body: string, name: string): string => new RegExp(`<${name}>([^<]+)<`).exec(body)?.[1] ?? '';
  const images = async (region = home): Promise<string> => (await ec2.ask(region, 'DescribeImages', { 'Owner.1': 'self' })).body.replaceAll(/>\s+</g, '><');
  const ids = (body: string): string[] => [...body.matchAll(/<imageId>([^<]+)</g)].map(([, id = '']) => id);
  const puts = (): number => ebs.counts()['PutSnapshotBlock'] ?? 0;
  const busy = (from: Buffer): number[] => Array.from({ length: Math.ceil(from.length / blockBytes) }, (_, index) => index).filter((index) => from.subarray(index * blockBytes, (index + 1) * blockBytes).some((byte) => byte !== 0));
  const journals = (): string[] => (existsSync(file('cache/uploads')) ? readdirSync(file('cache/uploads')) : []);

  /** What is in a snapshot, as EBS gives it: every block that it lists, and zeros. */
  async function contentOf(snapshot: string): Promise<Buffer> {
    const client = new EBSClient({ region: home, endpoint: moto.url });
    const { Blocks = [], VolumeSize = 0 } = await client.send(new ListSnapshotBlocksCommand({ SnapshotId: snapshot }));
    const content = Buffer.alloc(Math.max(disk.length, ...Blocks.map(({ BlockIndex = 0 }) => (BlockIndex + 1) * blockBytes)));
    expect(VolumeSize * 1024 * mib).to.be.at.least(disk.length);
    for (const { BlockIndex: index = 0, BlockToken } of Blocks) {
      const { BlockData } = await client.send(new GetSnapshotBlockCommand({ SnapshotId: snapshot, BlockIndex: index, BlockToken }));
      Buffer.from(await BlockData?.transformToByteArray() ?? []).copy(content, index * blockBytes);
    }
    client.destroy();
    return content;
  }

  it('makes an AMI of the very bytes of the disk, bound and published like any other', async () => {
    const done = await register('--share-with', '444455556666', '--copy-to', abroad, '--json');
    expect(done.exitCode, done.stderr).to.equal(0);
    const record = JSON.parse(done.stdout) as { amis: { region: string; id: string }[]; api_calls: number; bundle: { sha256: string } };
    const [ami = ''] = record.amis.map(({ id }) => id);
    expect(record.amis.map(({ region }) => region)).to.deep.equal([home, abroad]);
    expect(record.api_calls).to.equal(calls());

    const described = await images();
    const snapshot = idIn(described, 'snapshotId');
    const content = await contentOf(snapshot);
    expect(content.subarray(0, disk.length).equals(disk)).to.equal(true);
    expect(content.subarray(disk.length).every((byte) => byte === 0)).to.equal(true);
    // Holes and zeros stay here.
    expect(puts()).to.equal(busy(disk).length).and.to.be.lessThan(disk.length / blockBytes / 2);

    const asked = ec2.calls.find(({ action }) => action === 'RegisterImage')?.params;
    for (const [name, value] of Object.entries({ Name: `${image}-${run}`, BootMode: 'uefi-preferred', EnaSupport: 'true', ImdsSupport: 'v2.0', Architecture: 'x86_64', VirtualizationType: 'hvm' })) expect(asked?.get(name), name).to.equal(value);
    for (const value of ['published', run, record.bundle.sha256, createHash('sha256').update(readFileSync(file('disk.qcow2'))).digest('hex')]) expect(described).to.contain(`<value>${value}<`);
    const fetched = await cupel('fetch', ami, '--store', file('store'), '--key', file('pub'), '-o', file('fetched'));
    expect(fetched.exitCode, fetched.stderr).to.equal(0);
    expect(journals()).to.deep.equal([]);
  });

  it('is what cupel publish takes, and finds it done', async () => {
    expect((await register()).exitCode).to.equal(0);
    const [ami = ''] = ids(await images());
    writeFileSync(file('manifest.json'), JSON.stringify({ builds: [{ builder_type: 'amazon-ebs', artifact_id: `${home}:${ami}`, packer_run_uuid: run, custom_data: { run, image, evidence: file('evidence') } }], last_run_uuid: run }));
    ec2.forget();
    const again = await cupel('publish', 'aws', '--manifest', file('manifest.json'), '--key', file('pub'), '--signing-key', file('key'), '--store', file('store'));
    expect(again.exitCode, again.stderr).to.equal(0);
    expect(Object.keys(ec2.counts()).filter((action) => !action.startsWith('Describe'))).to.deep.equal([]);
  });

  it('takes a raw disk as well, and changes nothing when it is run again', async () => {
    await bind('disk.raw');
    for (const round of [1, 2]) {
      const done = await cupel(...commandFor('disk.raw'));
      expect(done.exitCode, `${round}: ${done.stderr}`).to.equal(0);
      if (round === 1) {
        expect((await contentOf(idIn(await images(), 'snapshotId'))).subarray(0, disk.length).equals(disk)).to.equal(true);
        ec2.forget();
        ebs.forget();
      }
    }
    expect([...Object.keys(ec2.counts()), ...Object.keys(ebs.counts())].filter((action) => !action.startsWith('Describe'))).to.deep.equal([]);
    expect(ids(await images())).to.have.length(1);
  });

  for (const [what, arrange, exit, code] of [
    ['a disk that no evidence was bound to', () => { writeFileSync(file('disk.qcow2'), Buffer.concat([readFileSync(file('disk.qcow2')), Buffer.alloc(512)])); }, 3, 'store-missing'],
    ['a disk that was cut short after it was bound', () => { truncateSync(file('disk.qcow2'), 3 * mib); }, 3, 'store-missing'],
    ['a disk that was cut short before it was bound', async () => { truncateSync(file('disk.qcow2'), 3 * mib); await bind('disk.qcow2'); }, 3, 'disk-damaged'],
    ['a raw disk that was cut short before it was bound', async () => { writeFileSync(file('disk.qcow2'), disk.subarray(0, 30 * mib)); await bind('disk.qcow2'); }, 3, 'disk-damaged'],
    ['a raw disk with an older partition table that was cut short before it was bound', async () => {
      rmSync(file('disk.qcow2'));
      makeDisk(file('disk.qcow2'), 'label: dos\ntype=83, bootable\n');
      truncateSync(file('disk.qcow2'), 30 * mib);
      await bind('disk.qcow2');
    }, 3, 'disk-damaged'],
    ['evidence of another disk, put in its place', async () => {
      writeFileSync(file('other.raw'), 'another disk');
      await bind('other.raw');
      const pointerOf = (name: string): string => path.join(file('store'), 'images/disk', `${createHash('sha256').update(readFileSync(file(name))).digest('hex')}.json`);
      const forged = readFileSync(pointerOf('other.raw'), 'utf8').replace(/"image": ?"sha256:[0-9a-f]{64}"/, (text) => text.replace(/[0-9a-f]{64}/, path.basename(pointerOf('disk.qcow2'), '.json')));
      writeFileSync(pointerOf('disk.qcow2'), forged);
    }, 3, 'binding-image'],
    ['evidence of a key that is not trusted', async () => {
      expect((await cupel('key', 'generate', '--out', file('stranger'))).exitCode).to.equal(0);
      writeFileSync(file('pub'), (await cupel('key', 'public', file('stranger'))).stdout);
    }, 3, 'signer-'],
    ['a disk of which a part is in another file', async () => {
      execaSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', file('disk.raw'), file('overlay')]);
      copyFileSync(file('overlay'), file('disk.qcow2'));
      await bind('disk.qcow2');
    }, 3, 'disk-backing'],
    ['what is no disk', async () => { writeFileSync(file('disk.qcow2'), 'an ISO'); await bind('disk.qcow2'); }, 64, 'disk-format'],
    ['a disk that nothing boots from', async () => {
      rmSync(file('disk.qcow2'));
      makeDisk(file('disk.qcow2'), 'label: gpt\ntype=linux\n');
      await bind('disk.qcow2');
    }, 64, 'disk-unbootable'],
    ['no disk at all', () => { rmSync(file('disk.qcow2')); }, 64, 'disk-missing'],
  ] as const) {
    it(`refuses ${what}, before any call`, async () => {
      await arrange();
      const refused = await register();
      expect(refused.exitCode, refused.stderr).to.equal(exit);
      expect(refused.stderr).to.contain(code);
      expect(calls()).to.equal(0);
    });
  }

  it('refuses a disk whose evidence misses the policy of who registers, with exit 2 and before any call', async () => {
    expect((await register('--min-pass-rate', '0.999')).exitCode).to.equal(2);
    expect((await register('--architecture', 'arm64')).exitCode).to.equal(64);
    expect((await register('--kms-key', `${home}=alias/golden`)).exitCode).to.equal(64);
    expect(calls()).to.equal(0);
  });

  it('says so where it cannot remember what it sends', async () => {
    writeFileSync(file('cache'), 'no folder');
    const refused = await register();
    expect(refused.exitCode, refused.stderr).to.equal(78);
    expect(refused.stderr).to.contain('journal-unwritable');
    expect(puts()).to.equal(0);
  });

  it('says what it would do, and does nothing, when asked to try', async () => {
    const tried = await register('--dry-run');
    expect(tried.exitCode, tried.stderr).to.equal(0);
    expect(tried.stderr).to.contain('begin a snapshot of 1 GiB').and.contain('uefi-preferred');
    expect([...Object.keys(ec2.counts()), ...Object.keys(ebs.counts())].filter((action) => !action.startsWith('Describe'))).to.deep.equal([]);
  });

  it('encrypts with the key of the region, with the default key, or not at all', async () => {
    const asked: unknown[] = [];
    ebs.hooks.push((call) => {
      if (call.action !== 'StartSnapshot') return undefined;
      const { Encrypted, KmsKeyArn } = JSON.parse(call.body.toString()) as Record<string, unknown>;
      asked.push([Encrypted, KmsKeyArn]);
      return ebsRefusal('ServiceQuotaExceededException', 'enough seen', 402);
    });
    const arn = `arn:aws:kms:${home}:123456789012:key/1234`;
    for (const args of [[], ['--kms-key', `${home}=${arn}`], ['--no-encrypt']]) expect((await register(...args)).exitCode).to.equal(4);
    expect(asked).to.deep.equal([[true, undefined], [true, arn], [undefined, undefined]]);
  });

  it('goes on when it is throttled, when EBS does not know its new snapshot yet, and when that is pending for a while', async () => {
    let [throttled, unknown, pending] = [2, 3, 2];
    ebs.hooks.push((call) => {
      if (call.action === 'PutSnapshotBlock' && unknown-- > 0) return ebsRefusal('ResourceNotFoundException', 'The snapshot does not exist.', 404);
      return call.action !== 'CompleteSnapshot' && throttled-- > 0 ? ebsRefusal('RequestThrottledException', 'Slow down.') : undefined;
    });
    ec2.hooks.push(throttle(1), {
      after: (call, reply) => (call.action === 'DescribeSnapshots' && call.params.get('Filter.1.Name') === 'snapshot-id' && pending-- > 0 ? { ...reply, body: reply.body.replaceAll('>completed<', '>pending<') } : reply),
    });
    const done = await register();
    expect(done.exitCode, done.stderr).to.equal(0);
    expect([throttled, unknown, pending].every((left) => left <= 0)).to.equal(true);
    expect((await contentOf(idIn(await images(), 'snapshotId'))).subarray(0, disk.length).equals(disk)).to.equal(true);
  });

  it('ends when credentials expire in the middle, and goes on with what was sent when there are new ones', async () => {
    let left = 6;
    ebs.hooks.push((call) => (call.action === 'PutSnapshotBlock' && left-- <= 0 ? ebsRefusal('ExpiredTokenException', 'The security token included in the request is expired', 403) : undefined));
    const expired = await register();
    expect(expired.exitCode).to.equal(78);
    expect(expired.stderr).to.contain('aws-credentials');
    expect(ids(await images())).to.deep.equal([]);
    ebs.hooks.length = 0;
    ebs.forget();
    const done = await register();
    expect(done.exitCode, done.stderr).to.equal(0);
    expect(ebs.counts()).to.not.have.property('StartSnapshot');
    expect(puts()).to.equal(busy(disk).length - 6);
    expect((await contentOf(idIn(await images(), 'snapshotId'))).subarray(0, disk.length).equals(disk)).to.equal(true);
    ec2.hooks.push(expireBefore(1));
    expect((await register()).exitCode).to.equal(78);
  });

  it('sends all of it again where nobody remembers what was sent', async () => {
    let left = 6;
    ebs.hooks.push((call) => (call.action === 'PutSnapshotBlock' && left-- <= 0 ? ebsRefusal('AccessDeniedException', 'no', 403) : undefined));
    expect((await register()).exitCode).to.equal(78);
    rmSync(file('cache'), { recursive: true });
    ebs.hooks.length = 0;
    ebs.forget();
    expect((await register()).exitCode).to.equal(0);
    expect(puts()).to.equal(busy(disk).length);
  });

  it('notices what was changed on the way: by EBS, by its own notes, and on the disk', async () => {
    // A note of a block that EBS never got.
    let left = 6;
    ebs.hooks.push((call) => (call.action === 'PutSnapshotBlock' && left-- <= 0 ? ebsRefusal('AccessDeniedException', 'no', 403) : undefined));
    expect((await register()).exitCode).to.equal(78);
    ebs.hooks.length = 0;
    const [journal = ''] = journals();
    const missing = Buffer.alloc(4);
    missing.writeUInt32LE(busy(disk).at(-1) ?? 0);
    writeFileSync(file(`cache/uploads/${journal}`), missing, { flag: 'a' });
    expect((await register('--wait', '2')).exitCode).to.equal(4);
    expect(ids(await images())).to.deep.equal([]);
    // The notes were not true: they are forgotten, and all is sent again.
    expect((await register()).exitCode).to.equal(0);

    ec2.forget();
    let changed = false;
    await bind('disk.raw');
    ebs.hooks.push((call) => {
      if (call.action === 'PutSnapshotBlock' && !changed) {
        changed = true;
        writeFileSync(file('disk.raw'), 'x', { flag: 'a' });
      }
      return undefined;
    });
    await ec2.ask(home, 'DeregisterImage', { ImageId: ids(await images())[0] ?? '' });
    const refused = await cupel(...commandFor('disk.raw'));
    expect(refused.exitCode, refused.stderr).to.equal(3);
    expect(refused.stderr).to.contain('disk-changed');
    expect(ec2.counts()).not.to.have.property('RegisterImage');
  });

  it('begins another snapshot where one failed, and takes the failed one away', async () => {
    let failed = '';
    ebs.hooks.push((call) => (call.action === 'CompleteSnapshot' ? ((failed = call.snapshot), undefined) : undefined));
    const broken = { after: (call: { action: string }, reply: { status: number; body: string }) => (call.action === 'DescribeSnapshots' ? { ...reply, body: reply.body.replaceAll(/(<snapshotId>([^<]+)<[^]*?<status>)completed/g, (whole, head: string, id: string) => (id === failed ? `${head}error` : whole)) } : reply) };
    ec2.hooks.push(broken);
    const first = await register();
    expect(first.exitCode).to.equal(4);
    expect(first.stderr).to.contain('snapshot-failed');
    ebs.hooks.length = 0;
    const second = await register();
    expect(second.exitCode, second.stderr).to.equal(0);
    expect(idIn(await images(), 'snapshotId')).not.to.equal(failed);
    expect(ec2.counts()).to.include({ DeleteSnapshot: 1 });
  });

  it('leaves alone an image that has the name and is of something else', async () => {
    expect((await register()).exitCode).to.equal(0);
    await bind('disk.raw');
    const conflict = await cupel(...commandFor('disk.raw'));
    expect(conflict.exitCode).to.equal(4);
    expect(conflict.stderr).to.contain('register-conflict');
    expect(ids(await images())).to.have.length(1);
  });

  it('ends the same when it is killed in the middle of the upload or after it and run again, and sends nothing twice', async () => {
    const total = busy(disk).length;
    let most = 0;
    for (const at of ['StartSnapshot', 'PutSnapshotBlock 8', 'PutSnapshotBlock 14', 'CompleteSnapshot', 'RegisterImage', '']) {
      ebs.forget();
      ec2.forget();
      const controller = new AbortController();
      const [action = '', count = '1'] = at.split(' ');
      let left = Number(count);
      // The call arrives, and whoever made it never hears of it.
      const cut = (called: string): boolean => called === action && --left === 0;
      ebs.hooks.splice(0, 1, (call) => (cut(call.action) ? (controller.abort(), new Promise(() => undefined)) : undefined));
      ec2.hooks.splice(0, 1, { after: (call, reply) => (cut(call.action) ? (controller.abort(), new Promise(() => undefined)) : reply) });
      const ended = await execa('node', [CUPEL, ...commandFor('disk.qcow2')], {
        reject: false, cancelSignal: controller.signal, killSignal: 'SIGKILL', env: { ...moto.environment, ...environment(), AWS_ENDPOINT_URL_EC2: ec2.endpoint, AWS_ENDPOINT_URL_EBS: ebs.endpoint, TMPDIR: scratch },
      });
      most += puts();
      if (at === '') expect(ended.exitCode, ended.stderr).to.equal(0);
      else expect(ended.isCanceled, `${at}: ${ended.stderr}`).to.equal(true);
    }
    expect(ids(await images())).to.have.length(1);
    expect((await contentOf(idIn(await images(), 'snapshotId'))).subarray(0, disk.length).equals(disk)).to.equal(true);
    expect((await ec2.ask(home, 'DescribeSnapshots', { 'Filter.1.Name': 'tag:cupel:run', 'Filter.1.Value.1': run })).body.match(/<snapshotId>/g)).to.have.length(1);
    // What was under way when it was killed goes again: sixteen at most, each time.
    expect(most).to.be.within(total, total + 2 * 16);
  });

  it('needs no more than the shipped policies allow', async () => {
    const allowedBy = (name: string): string[] => (JSON.parse(readFileSync(path.join(import.meta.dirname, '../../packer/cloud', name), 'utf8')) as { Statement: { Action: string | string[] }[] }).Statement.flatMap(({ Action }) => Action);
    let failed = false;
    ebs.hooks.push((call) => (call.action === 'CompleteSnapshot' && !failed ? ((failed = true), undefined) : undefined));
    ec2.hooks.push({ after: (call, reply) => (call.action === 'DescribeSnapshots' && failed && !(ec2.counts()['RegisterImage'] ?? 0) && ebs.counts()['CompleteSnapshot'] === 1 ? { ...reply, body: reply.body.replaceAll('>completed<', '>error<') } : reply) });
    expect((await register()).exitCode).to.equal(4);
    expect((await register('--copy-to', abroad, '--share-with', '444455556666', '--deprecate-after', '90')).exitCode).to.equal(0);
    const called = new Set([...ec2.calls.map(({ action }) => `ec2:${action}`), ...ebs.calls.map(({ action }) => `ebs:${action}`)]);
    const allowed = new Set([...allowedBy('publish-policy.json'), ...allowedBy('register-policy.json')]);
    expect([...called].filter((action) => !allowed.has(action))).to.deep.equal([]);
    // And that of registering allows nothing that is not needed.
    expect(allowedBy('register-policy.json').filter((action) => !called.has(action))).to.deep.equal([]);
  });
});
