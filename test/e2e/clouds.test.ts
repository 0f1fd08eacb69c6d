import { readdirSync, rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateKeyPairCommand, DescribeImagesCommand, DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { execa } from 'execa';
import { REPOSITORY } from './factory/index.ts';

describe('the clouds to try things by hand', () => {
  let scratch: string;
  beforeEach(() => { scratch = mkdtempSync(path.join(tmpdir(), 'clouds-')); });
  afterEach(() => { rmSync(scratch, { recursive: true }); });

  it('give a machine for an instance, by what they print, and leave nothing after Ctrl-C', async () => {
    const clouds = execa('node', ['--import', 'tsx', 'test/e2e/lab/clouds.ts'], { cwd: REPOSITORY, reject: false, all: true, buffer: false, env: { TMPDIR: scratch } });
    const printed = await new Promise<string>((resolve, reject) => {
      let text = '';
      clouds.all.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.includes('Ctrl-C')) resolve(text);
      }).on('end', () => { reject(new Error(`it ended:\n${text}`)); });
    });
    const exported = Object.fromEntries([...printed.matchAll(/^export ([A-Z0-9_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
    const ec2 = new EC2Client({
      region: exported['AWS_REGION'] ?? '', endpoint: exported['AWS_ENDPOINT_URL_EC2'] ?? '',
      credentials: { accessKeyId: exported['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: exported['AWS_SECRET_ACCESS_KEY'] ?? '' },
    });
    const { KeyMaterial } = await ec2.send(new CreateKeyPairCommand({ KeyName: 'mine' }));
    writeFileSync(path.join(scratch, 'mine'), KeyMaterial ?? '', { mode: 0o600 });
    const { Images } = await ec2.send(new DescribeImagesCommand({ Filters: [{ Name: 'name', Values: ['debian-12-amd64-*'] }] }));
    await ec2.send(new RunInstancesCommand({ ImageId: Images?.[0]?.ImageId, KeyName: 'mine', MinCount: 1, MaxCount: 1 }));
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
    const host = Reservations?.[0]?.Instances?.[0]?.PublicIpAddress ?? '';
    const login = await execa('ssh', ['-F', 'none', '-i', path.join(scratch, 'mine'), '-p', '2222', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', `admin@${host}`, 'sudo -n id -u; . /etc/os-release; echo $ID'], { reject: false });
    expect(login.stdout, login.stderr).to.equal('0\ndebian');
    const [machine = ''] = readdirSync(scratch).filter((name) => name.startsWith('cupel-lab-instance-'));

    clouds.kill('SIGINT');
    expect((await clouds).exitCode).to.equal(0);
    expect(readdirSync(scratch).filter((name) => name.startsWith('cupel-'))).to.deep.equal([]);
    // The control group of a machine cannot go while a process is in it.
    expect(machine).not.to.equal('');
    expect((await execa('find', ['/sys/fs/cgroup', '-maxdepth', '2', '-name', machine])).stdout).to.equal('');
    for (const url of [exported['AWS_ENDPOINT_URL_EC2'], exported['CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE']]) {
      expect(await fetch(url ?? '').then(() => 'answers', () => 'gone')).to.equal('gone');
    }
    ec2.destroy();
  });
});
