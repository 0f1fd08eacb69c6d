import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { run as main } from '../../src/cli/run.ts';
import { evidenceOf, image, run } from '../evidence/sample.ts';
import { CUPEL } from './factory/index.ts';
import { type Compute, compute } from './lab/google/compute.ts';
import { type Google, startGoogle } from './lab/google/index.ts';

const project = 'golden-images';
const name = `${image}-${run}`;
const guest = 'serviceAccount:nodes@example.iam.gserviceaccount.com';

describe('cupel publish gcp', () => {
  let lab: Compute;
  let google: Google;
  let scratch: string;
  const file = (...parts: string[]): string => path.join(scratch, ...parts);
  const held = { ...process.env };

  beforeEach(async () => {
    scratch = mkdtempSync(path.join(tmpdir(), 'cupel-publish-'));
    lab = compute(project);
    google = await startGoogle(lab.service);
    writeFileSync(file('credentials.json'), google.credentials);
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = file('credentials.json');
    mkdirSync(file('evidence'));
    for (const [entry, content] of evidenceOf()) writeFileSync(file('evidence', entry), content);
    for (const args of [['key', 'generate', '--out', file('key')], ['bundle', file('evidence'), '--signing-key', file('key')]]) expect((await cupel(...args)).exitCode).to.equal(0);
    writeFileSync(file('pub'), (await cupel('key', 'public', file('key'))).stdout);
    lab.add(name, { 'cupel-run': run, 'cupel-image': image });
    manifestOf(file('evidence'));
  });
  afterEach(async () => {
    process.env = { ...held };
    await google.stop();
    rmSync(scratch, { recursive: true });
  });

  function manifestOf(evidence: string, artifact = name): void {
    writeFileSync(file('manifest.json'), JSON.stringify({ builds: [{ builder_type: 'googlecompute', artifact_id: artifact, packer_run_uuid: run, custom_data: { run, image, evidence } }], last_run_uuid: run }));
  }
  async function cupel(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    let [stdout, stderr] = ['', ''];
    const exitCode = await main(args, {
      out: (text) => { stdout += text; }, note: (text) => { stderr += `${text}\n`; }, readStdin: () => Promise.resolve(''), isTty: false,
      env: { XDG_DATA_HOME: file('data'), CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE: `${google.url}/compute/v1/` },
    });
    return { exitCode, stdout, stderr };
  }
  const arguments_ = (): string[] => ['publish', 'gcp', '--project', project, '--manifest', file('manifest.json'), '--key', file('pub'), '--signing-key', file('key'), '--store', file('store')];
  const publish = (...args: string[]) => cupel(...arguments_(), ...args);
  const changes = (): string[] => google.asked.filter((asked) => !asked.startsWith('GET '));
  const labels = (of = name): Record<string, string> => lab.images.get(of)?.labels ?? {};

  it('binds, labels, shares an image whose evidence verifies, and puts it into its family', async () => {
    lab.slow = 1;
    const done = await publish('--family', 'debian12-golden', '--share-with', guest, '--json');
    expect(done.exitCode, done.stderr).to.equal(0);
    const record = JSON.parse(done.stdout) as { api_calls: number; bundle: { sha256: string } };
    expect(google.asked.length).to.be.at.most(30).and.to.equal(record.api_calls);
    expect(labels()).to.include({ 'cupel-state': 'published', 'cupel-run': run, 'cupel-pass-rate': '0_8', 'cupel-bundle-sha256': record.bundle.sha256.slice(0, 63) });
    expect(lab.images.get(name)).to.include({ family: 'debian12-golden' });
    expect(lab.images.get(name)?.policy.bindings).to.deep.equal([{ role: 'roles/compute.imageUser', members: [guest] }]);
    const fetched = await cupel('fetch', name, '--project', project, '--store', file('store'), '--key', file('pub'), '-o', file('fetched'));
    expect(fetched.exitCode, fetched.stderr).to.equal(0);
  });

  it('changes nothing when it is run again', async () => {
    const args = ['--family', 'golden', '--share-with', guest, '--keep', '1'];
    expect((await publish(...args)).exitCode).to.equal(0);
    google.asked.length = 0;
    expect((await publish(...args)).exitCode).to.equal(0);
    expect(changes()).to.deep.equal([]);
  });

  it('deprecates its predecessors beyond those to keep, naming itself in their place', async () => {
    const older = (day: number, state = 'published') => lab.add(`older-${day}-${state}`, { 'cupel-image': image, 'cupel-state': state }, `2026-10-0${day}T00:00:00.000-07:00`);
    for (const day of [1, 2, 3]) older(day);
    older(4, 'quarantined');
    const done = await publish('--keep', '2', '--json');
    expect(done.exitCode, done.stderr).to.equal(0);
    expect((JSON.parse(done.stdout) as { deprecated: string[] }).deprecated).to.deep.equal(['older-2-published', 'older-1-published']);
    expect(lab.images.get('older-1-published')?.deprecated?.replacement).to.contain(name);
    expect(lab.images.get('older-3-published')?.deprecated).to.equal(undefined);
    expect(lab.images.get('older-4-quarantined')?.deprecated).to.equal(undefined);
  });

  it('deletes, or quarantines where asked, an image that has no evidence', async () => {
    manifestOf(file('nowhere'));
    lab.images.get(name)?.policy.bindings?.push({ role: 'roles/compute.imageUser', members: [guest] });
    const held_ = await publish('--on-failure', 'quarantine');
    expect(held_.exitCode).to.equal(3);
    expect(labels()).to.include({ 'cupel-state': 'quarantined' });
    expect(lab.images.get(name)?.deprecated?.state).to.equal('DEPRECATED');
    const deleted = await publish();
    expect(deleted.exitCode).to.equal(3);
    expect(deleted.stderr).to.contain('evidence-missing');
    expect(lab.images.has(name)).to.equal(false);
    expect((await publish()).stderr).to.contain('gone already');
  });

  it('deletes an image that says that it is of another run', async () => {
    lab.add('other', { 'cupel-run': 'ffffffff-0000-4000-8000-000000000000' });
    manifestOf(file('evidence'), 'other');
    const refused = await publish();
    expect(refused.exitCode).to.equal(3);
    expect(refused.stderr).to.contain('image-mismatch');
    expect([...lab.images.keys()]).to.deep.equal([name]);
  });

  it('takes no image away for what is not in the evidence', async () => {
    expect((await cupel('publish', 'gcp', '--project', project, '--manifest', file('manifest.json'), '--store', file('store'))).exitCode).to.equal(64);
    expect((await publish('--share-with', 'somebody')).exitCode).to.equal(64);
    google.fault = (_, response) => { response.writeHead(403).end('{}'); return true; };
    expect((await publish()).exitCode).to.equal(78);
    google.fault = undefined;
    lab.failNext = 'RESOURCE_IN_USE';
    const failed = await publish();
    expect(failed.exitCode).to.equal(4);
    expect(failed.stderr).to.contain('RESOURCE_IN_USE');
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = file('none.json');
    expect((await publish()).exitCode).to.equal(78);
    expect(lab.images.has(name)).to.equal(true);
  });

  it('says what it would do, and does nothing, when asked to try', async () => {
    const tried = await publish('--dry-run', '--family', 'golden', '--share-with', guest);
    expect(tried.exitCode, tried.stderr).to.equal(0);
    expect(tried.stderr).to.contain('put it into family golden').and.contain('cupel-state=published');
    expect(changes()).to.deep.equal([]);
    expect(readdirSync(scratch)).not.to.include('store');
  });

  it('goes on when servers are busy or asked too often, and waits for an image that is not there yet or pending', async () => {
    const built = lab.images.get(name);
    if (built === undefined) throw new Error('no image');
    lab.images.delete(name);
    built.status = 'PENDING';
    let asked = 0;
    google.fault = (_, response) => {
      asked++;
      if (asked === 5) lab.images.set(name, built);
      if (asked === 6) built.status = 'READY';
      const [status, reason] = asked === 1 ? [503, 'backendError'] : asked === 2 ? [403, 'rateLimitExceeded'] : asked === 3 ? [429, 'rateLimitExceeded'] : [];
      if (status !== undefined) response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { code: status, errors: [{ reason }] } }));
      return status !== undefined;
    };
    const done = await publish('--family', 'golden');
    expect(done.exitCode, done.stderr).to.equal(0);
    expect(labels()).to.include({ 'cupel-state': 'published' });
  });

  it('keeps what it did when credentials expire on the way, and ends the same with new ones', async () => {
    const args = ['--family', 'golden', '--share-with', guest];
    google.fault = (_, response) => google.asked.length > 6 && (response.writeHead(401).end('{}'), true);
    const cut = await publish(...args);
    expect(cut.exitCode, cut.stderr).to.equal(78);
    expect(cut.stderr).to.contain('gcp-credentials');
    expect(labels()).not.to.have.property('cupel-state');
    expect(changes().length).to.be.greaterThan(0);
    google.fault = undefined;
    expect((await publish(...args)).exitCode).to.equal(0);
    expect(labels()).to.include({ 'cupel-state': 'published' });
  });

  it('ends the same when it is killed before any of its calls and run again', async () => {
    for (let at = 1; ; at++) {
      let count = 0;
      const controller = new AbortController();
      google.fault = () => ++count === at && (controller.abort(), true);
      const killed = await execa('node', [CUPEL, ...arguments_(), '--family', 'golden', '--share-with', guest], {
        reject: false, cancelSignal: controller.signal, killSignal: 'SIGKILL',
        env: { XDG_DATA_HOME: file('data'), CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE: `${google.url}/compute/v1/` },
      });
      google.fault = undefined;
      if (killed.isCanceled) continue;
      expect(killed.exitCode, killed.stderr).to.equal(0);
      expect(at).to.be.greaterThan(5);
      break;
    }
    expect(labels()).to.include({ 'cupel-state': 'published' });
    expect(lab.images.get(name)).to.include({ family: 'golden' });
    google.asked.length = 0;
    expect((await publish('--family', 'golden', '--share-with', guest)).exitCode).to.equal(0);
    expect(changes()).to.deep.equal([]);
  });

  it('lists what is published, and takes an image back', async () => {
    expect((await publish('--share-with', guest)).exitCode).to.equal(0);
    const listed = async (): Promise<Record<string, unknown>[]> => JSON.parse((await cupel('images', '--project', project, '--json')).stdout) as Record<string, unknown>[];
    expect((await listed())[0]).to.include({ image, id: name, run, state: 'published' });
    expect((await cupel('images')).exitCode).to.equal(64);
    const inspected = await cupel('images', '--project', project, '--json', '--key', file('pub'), '--store', file('store'));
    expect((JSON.parse(inspected.stdout) as unknown[])[0]).to.include({ hallmark: 'verified', pass_rate: '0.8' });
    expect((await listed())[0]).to.include({ hallmark: 'not checked', pass_rate: '0.8' });
    expect((await cupel('revoke', name, '--project', project, '--reason', 'CVE-1')).exitCode).to.equal(0);
    expect((await listed())[0]).to.include({ state: 'revoked' });
    expect(lab.images.get(name)?.policy.bindings).to.deep.equal([]);
    expect((await cupel('revoke', name, '--project', project, '--reason', 'CVE-1', '--deregister')).exitCode).to.equal(0);
    expect(await listed()).to.deep.equal([]);
    expect((await cupel('revoke', name, '--project', project, '--reason', 'CVE-1')).exitCode).to.equal(4);
  });
});
