import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { CUPEL, quickBaseline, scapContent } from './factory/index.ts';
import { type Compute, compute } from './lab/google/compute.ts';
import { type Google, startGoogle } from './lab/google/index.ts';
import { type Builders, machinesOf } from './lab/google/machines.ts';
import { instancePort } from './lab/index.ts';

const template = path.join(import.meta.dirname, '../../packer/cloud');
const project = 'golden-images';

interface Manifest { builds: { artifact_id: string; custom_data: { run: string } }[] }

describe('packer build of a Google Cloud image', () => {
  let images: Compute;
  let builders: Builders;
  let google: Google;
  let scratch: string;
  const file = (...parts: string[]): string => path.join(scratch, ...parts);

  beforeEach(async () => {
    scratch = mkdtempSync(path.join(tmpdir(), 'cupel-google-'));
    mkdirSync(file('tmp'));
    images = compute(project);
    builders = machinesOf(project, images);
    google = await startGoogle(builders.service, images.service);
    writeFileSync(file('account.json'), google.account);
    writeFileSync(file('credentials.json'), google.credentials);
    await cupel('key', 'generate', '--out', file('key'));
    writeFileSync(file('pub'), (await cupel('key', 'public', file('key'))).stdout);
  });
  afterEach(async () => {
    await builders.stop();
    await google.stop();
    rmSync(scratch, { recursive: true });
  });

  const cupel = (...args: string[]) => execa('node', [CUPEL, ...args], {
    reject: false, env: { XDG_DATA_HOME: file('data'), GOOGLE_APPLICATION_CREDENTIALS: file('credentials.json'), CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE: `${google.url}/compute/v1/` },
  });
  async function packer(baseline: string) {
    const variables = {
      gcp_project: project, gcp_account_file: file('account.json'), ssh_port: String(instancePort), content: await scapContent(), cupel: CUPEL,
      evidence_dir: file('artifacts'), manifest: file('manifest.json'), signing_key: file('key'), ssh_timeout: '2m', baseline,
    };
    return await execa('packer', ['build', '-color=false', '-only=googlecompute.golden', ...Object.entries(variables).flatMap(([name, value]) => ['-var', `${name}=${value}`]), template], {
      reject: false, all: true, cwd: scratch,
      env: { ...await google.tunnel(scratch), XDG_DATA_HOME: file('data'), TMPDIR: file('tmp'), CHECKPOINT_DISABLE: '1', PACKER_CACHE_DIR: file('tmp') },
    });
  }
  const asked = (pattern: RegExp): number => google.asked.filter((one) => pattern.test(one)).length;
  const inserts = /^POST .*\/global\/images$/;
  const nothingLeft = (): void => {
    expect(asked(/^POST .*\/instances$/)).to.equal(1);
    expect([...builders.instances.keys(), ...builders.disks.keys()]).to.deep.equal([]);
  };

  /** Starts an instance of an image. @returns its address */
  async function launch(image: string): Promise<string> {
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('login')]);
    const zone = `${google.url}/compute/v1/projects/${project}/zones/europe-west3-a`;
    const ask = async (method: string, url: string, body?: unknown) => (await fetch(url, { method, headers: { authorization: `Bearer ${google.token}` }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })).json() as Promise<Record<string, unknown>>;
    const keys = { key: 'ssh-keys', value: `guest:${readFileSync(file('login.pub'), 'utf8').trim()}` };
    let operation = await ask('POST', `${zone}/instances`, { name: 'launched', metadata: { items: [keys] }, disks: [{ initializeParams: { sourceImage: `global/images/${image}` } }] });
    while (operation['status'] !== 'DONE') operation = await ask('GET', `${zone}/operations/${String(operation['name'])}`);
    const { networkInterfaces } = await ask('GET', `${zone}/instances/launched`) as { networkInterfaces: { networkIP: string }[] };
    return networkInterfaces[0]?.networkIP ?? '';
  }

  it('inserts the image when the baseline is met, and publishing binds it to its evidence', async () => {
    const built = await packer(quickBaseline(file('baselines')));
    expect(built.exitCode, built.all).to.equal(0);
    const { artifact_id: name, custom_data: { run } } = (JSON.parse(readFileSync(file('manifest.json'), 'utf8')) as Manifest).builds[0] ?? { artifact_id: '', custom_data: { run: '' } };
    expect([...images.images.keys()]).to.deep.equal([name]);
    expect(images.images.get(name)).to.deep.include({ labels: { 'cupel-image': 'debian12-amd64-cis', 'cupel-run': run } }).and.not.to.have.property('family');
    expect(asked(inserts)).to.equal(1);
    nothingLeft();
    expect(built.all).not.to.contain('PRIVATE KEY');

    google.asked.length = 0;
    const published = await cupel('publish', 'gcp', '--project', project, '--manifest', file('manifest.json'), '--key', file('pub'), '--signing-key', file('key'), '--store', file('store'), '--family', 'debian12-golden');
    expect(published.exitCode, published.stderr).to.equal(0);
    expect(google.asked.length).to.be.at.most(30);
    expect(images.images.get(name)).to.include({ family: 'debian12-golden' }).and.to.have.nested.property('labels.cupel-state', 'published');
    const fetched = await cupel('fetch', name, '--project', project, '--store', file('store'), '--key', file('pub'), '-o', file('fetched'));
    expect(fetched.exitCode, fetched.stderr).to.equal(0);

    const host = await launch(name);
    const running = await cupel('verify', name, '--project', project, '--store', file('store'), '--key', file('pub'), '--host', host, '--port', String(instancePort), '--user', 'guest', '--key-file', file('login'));
    expect(running.exitCode, running.stderr).to.equal(0);
    expect(running.stdout).to.match(/machine .* files are those of the evidence/);
  });

  it('inserts nothing, and leaves nothing, when the baseline is missed', async () => {
    const refused = await packer(quickBaseline(file('baselines'), { name: 'unreachable', passRate: 1 }));
    expect(refused.exitCode).not.to.equal(0);
    expect(refused.all).to.match(/exit status:? 2\b/);
    expect(asked(inserts)).to.equal(0);
    expect([...images.images.keys()]).to.deep.equal([]);
    expect(existsSync(file('manifest.json'))).to.equal(false);
    expect(readdirSync(file('artifacts'))[0]).to.match(/\.refused$/);
    nothingLeft();
  });
});
