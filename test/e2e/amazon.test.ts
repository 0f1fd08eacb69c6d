import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DescribeInstancesCommand, EC2Client, ImportKeyPairCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { execa } from 'execa';
import { CUPEL, quickBaseline, scapContent } from './factory/index.ts';
import { type Ec2, type Instances, machinesFor, startEc2 } from './lab/ec2/index.ts';
import { instancePort } from './lab/index.ts';
import { type Moto, startMoto } from './lab/moto/index.ts';

const template = path.join(import.meta.dirname, '../../packer/cloud');
const region = 'eu-central-1';

interface Manifest { builds: { artifact_id: string }[] }

describe('packer build of an AMI', () => {
  let moto: Moto;
  let ec2: Ec2;
  let instances: Instances;
  let scratch: string;
  const file = (...parts: string[]): string => path.join(scratch, ...parts);

  before(async () => { moto = await startMoto({ MOTO_AMIS_PATH: path.join(import.meta.dirname, 'lab/ec2/amis.json') }); });
  after(() => moto.stop());
  beforeEach(async () => {
    scratch = mkdtempSync(path.join(tmpdir(), 'cupel-amazon-'));
    mkdirSync(file('tmp'));
    await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
    ec2 = await startEc2(moto.url);
    instances = machinesFor('admin');
    ec2.hooks.push(instances);
    await cupel('key', 'generate', '--out', file('key'));
    writeFileSync(file('pub'), (await cupel('key', 'public', file('key'))).stdout);
  });
  afterEach(async () => {
    await instances.stop();
    await ec2.close();
    rmSync(scratch, { recursive: true });
  });

  const environment = (): Record<string, string> => ({ ...moto.environment, AWS_ENDPOINT_URL_EC2: ec2.endpoint, XDG_DATA_HOME: file('data') });
  const cupel = (...args: string[]) => execa('node', [CUPEL, ...args], { reject: false, env: environment() });

  async function packer(variables: Readonly<Record<string, string>>) {
    const all = {
      aws_endpoint: ec2.endpoint, aws_region: region, ssh_port: String(instancePort), content: await scapContent(), cupel: CUPEL,
      evidence_dir: file('artifacts'), manifest: file('manifest.json'), signing_key: file('key'), ssh_timeout: '2m', ...variables,
    };
    return await execa('packer', ['build', '-color=false', '-only=amazon-ebs.golden', ...Object.entries(all).flatMap(([name, value]) => ['-var', `${name}=${value}`]), template], {
      reject: false, all: true, cwd: scratch,
      env: { ...environment(), TMPDIR: file('tmp'), CHECKPOINT_DISABLE: '1', PACKER_CACHE_DIR: file('tmp'), AWS_POLL_DELAY_SECONDS: '1' },
    });
  }
  const manifest = (): Manifest => JSON.parse(readFileSync(file('manifest.json'), 'utf8')) as Manifest;
  const ours = async (): Promise<string> => (await ec2.ask(region, 'DescribeImages', { 'Owner.1': 'self' })).body;
  const nothingLeft = async (): Promise<void> => {
    expect([...instances.states.values()]).to.deep.equal(['terminated']);
    expect((await ec2.ask(region, 'DescribeKeyPairs')).body).not.to.contain('<keyName>');
    expect((await ec2.ask(region, 'DescribeSecurityGroups')).body).not.to.match(/<groupName>packer/);
  };

  /** Starts an instance of an image. @returns its address */
  async function launch(image: string): Promise<string> {
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('login')]);
    const client = new EC2Client({ region, endpoint: ec2.endpoint, credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' } });
    await client.send(new ImportKeyPairCommand({ KeyName: 'login', PublicKeyMaterial: readFileSync(file('login.pub')) }));
    const { Instances: [started] = [] } = await client.send(new RunInstancesCommand({ ImageId: image, KeyName: 'login', MinCount: 1, MaxCount: 1 }));
    const { Reservations } = await client.send(new DescribeInstancesCommand({ InstanceIds: [started?.InstanceId ?? ''] }));
    client.destroy();
    return Reservations?.[0]?.Instances?.[0]?.PublicIpAddress ?? '';
  }

  it('registers the AMI when the baseline is met, and publishing binds it to its evidence', async () => {
    const built = await packer({ baseline: quickBaseline(file('baselines')) });
    expect(built.exitCode, built.all).to.equal(0);
    const [, ami = ''] = /^eu-central-1:(ami-[0-9a-f]+)$/.exec(manifest().builds[0]?.artifact_id ?? '') ?? [];
    expect(await ours()).to.contain(ami);
    expect(ec2.counts()).to.include({ CreateImage: 1 });
    await nothingLeft();
    // The key that Packer made for this build was known to Packer and to cupel alone.
    expect(built.all).not.to.contain('PRIVATE KEY');

    ec2.forget();
    const published = await cupel('publish', 'aws', '--manifest', file('manifest.json'), '--key', file('pub'), '--signing-key', file('key'), '--store', file('store'));
    expect(published.exitCode, published.stderr).to.equal(0);
    expect(ec2.calls.length).to.be.at.most(30);
    expect(await ours()).to.contain('published');
    const fetched = await cupel('fetch', ami, '--store', file('store'), '--key', file('pub'), '-o', file('fetched'));
    expect(fetched.exitCode, fetched.stderr).to.equal(0);

    const host = await launch(ami);
    const running = await cupel('verify', ami, '--store', file('store'), '--key', file('pub'), '--host', host, '--port', String(instancePort), '--user', 'admin', '--key-file', file('login'));
    expect(running.exitCode, running.stderr).to.equal(0);
    expect(running.stdout).to.match(/machine .* files are those of the evidence/);
  });

  it('registers nothing, and leaves nothing, when the baseline is missed', async () => {
    const refused = await packer({ baseline: quickBaseline(file('baselines'), { name: 'unreachable', passRate: 1 }) });
    expect(refused.exitCode).not.to.equal(0);
    expect(refused.all).to.match(/exit status:? 2\b/);
    expect(ec2.counts()).not.to.have.any.keys('CreateImage', 'RegisterImage', 'CreateSnapshot');
    expect(await ours()).not.to.contain('<imageId>');
    expect(existsSync(file('manifest.json'))).to.equal(false);
    expect(readdirSync(file('artifacts'))[0]).to.match(/\.refused$/);
    await nothingLeft();
  });

  it('is caught at publishing when the provisioner was bypassed', async () => {
    writeFileSync(file('bypass.js'), '');
    const built = await packer({ cupel: file('bypass.js'), baseline: 'debian12-cis-l1-server' });
    expect(built.exitCode, built.all).to.equal(0);
    expect(await ours()).to.contain('<imageId>');
    const rejected = await cupel('publish', 'aws', '--manifest', file('manifest.json'), '--key', file('pub'), '--signing-key', file('key'), '--store', file('store'));
    expect(rejected.exitCode).to.equal(3);
    expect(rejected.stderr).to.contain('evidence-missing');
    expect(await ours()).not.to.contain('<imageId>');
    expect(existsSync(file('store'))).to.equal(false);
  });
});
