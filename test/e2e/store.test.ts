import { createPublicKey } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { execa } from 'execa';
import { generatePrivateKey, openStore, type EvidenceStore } from '../../src/evidence/index.ts';
import { evidenceOf, image, run } from '../evidence/sample.ts';
import { ami, gcpImage, hasty, keepsEvidence, made, refusal } from '../evidence/stores/kept.ts';
import { scratch } from '../evidence/stores/scratch.ts';
import { CUPEL } from './factory/index.ts';
import { type Google, startGoogle } from './lab/google/index.ts';
import { storage } from './lab/google/storage.ts';
import { type Moto, startMoto } from './lab/moto/index.ts';

/** The clouds' libraries read the environment themselves. */
function inEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) process.env[name] = value;
}

describe('evidence in S3', () => {
  const file = scratch();
  let moto: Moto;
  let client: S3Client;
  let bucket = '';
  let buckets_ = 0;
  const place = (): string => `s3://${bucket}/evidence?endpoint=${moto.url}&region=eu-central-1`;
  const open = (): Promise<EvidenceStore> => openStore(place(), { patience: hasty });

  before(async () => {
    moto = await startMoto();
    inEnvironment(moto.environment);
    client = new S3Client({ endpoint: moto.url, forcePathStyle: true });
  });
  after(() => moto.stop());
  beforeEach(async () => {
    bucket = `factory-${++buckets_}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }));
  });
  keepsEvidence(open, file);

  it('is kept under its digest, and found by its images', async () => {
    const { bundle, bind } = await made();
    const { sha256 } = await (await open()).put(bundle, [await bind(ami), await bind(gcpImage)]);
    const { Contents: objects = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(objects.map(({ Key: key }) => key)).to.deep.equal([`evidence/bundles/${sha256}.cupel.tgz`, `evidence/images/aws/${ami}.json`, 'evidence/images/gcp/acme-images/debian12-golden.json']);
  });

  it('goes from one command to the other: signed, bound, pushed, fetched, verified', async () => {
    const [key, pub, directory] = [file('factory.key'), file('factory.pub'), file('evidence')];
    writeFileSync(key, generatePrivateKey('ecdsa-p256-sha256'), { mode: 0o600 });
    writeFileSync(pub, createPublicKey(readFileSync(key)).export({ type: 'spki', format: 'pem' }));
    mkdirSync(directory);
    for (const [name, content] of evidenceOf()) writeFileSync(`${directory}/${name}`, content);
    const cupel = async (...args: string[]): Promise<{ exitCode?: number; stdout: string; stderr: string }> =>
      execa('node', [CUPEL, ...args], { reject: false, env: { ...moto.environment, CUPEL_STORE: place() } });

    expect((await cupel('bundle', directory, '--signing-key', key)).exitCode).to.equal(0);
    const bundle = `${directory}/${image}-${run}.cupel.tgz`;
    writeFileSync(file('disk.qcow2'), 'the disk');
    const pushed = await cupel('store', 'push', bundle, '--signing-key', key, '--image', ami, '--image', file('disk.qcow2'), '--region', 'eu-central-1', '--account', '123456789012');
    expect(pushed.exitCode, pushed.stderr).to.equal(0);
    // ECDSA signs differently each time: who runs it again finds what is there already.
    expect((await cupel('store', 'push', bundle, '--signing-key', key, '--image', ami)).exitCode).to.equal(0);

    const fetched = await cupel('fetch', ami, '--key', pub, '-o', file('out'));
    expect(fetched.exitCode, fetched.stderr).to.equal(0);
    expect(fetched.stdout).to.match(/^VERIFIED /).and.contain(`bound to   ${ami}`);
    expect(fetched.stderr).to.contain('MB');
    expect(readFileSync(file(`out/${image}-${run}.cupel.tgz`)).equals(readFileSync(bundle))).to.equal(true);
    const byDisk = await cupel('verify', file('disk.qcow2'), '--store', place(), '--key', pub, '--json');
    expect(JSON.parse(byDisk.stdout)).to.deep.include({ result: 'verified', run });
    expect((await cupel('verify', ami, '--store', place(), '--key', pub, '--min-pass-rate', '0.99')).exitCode).to.equal(2);
    expect((await cupel('fetch', ami, '-o', file('untrusted'))).exitCode).to.equal(3);
    expect(readdirSync(file('untrusted'))).to.deep.equal([]);
    const unknown = await cupel('fetch', 'ami-00000000', '--key', pub, '-o', file('out'));
    expect(unknown).to.include({ exitCode: 3 }).and.to.have.property('stderr').that.contains('[store-missing]');
  });

  it('tells a bucket that is not there from an image that is not', async () => {
    const elsewhere = await openStore(`s3://nobody?endpoint=${moto.url}`, { patience: hasty });
    await elsewhere.find(ami).then(() => expect.fail('found'), (error: unknown) => expect(error).to.have.property('message').that.contains('no bucket nobody'));
    await moto.stop();
    expect(await refusal((await open()).find(ami))).to.equal('store-unreachable');
    moto = await startMoto();
    client = new S3Client({ endpoint: moto.url, forcePathStyle: true });
  });
});

describe('evidence in Cloud Storage', () => {
  const file = scratch();
  const buckets = new Map<string, Map<string, Buffer>>();
  let google: Google;
  const open = (): Promise<EvidenceStore> => {
    writeFileSync(file('factory.json'), google.credentials);
    inEnvironment({ GOOGLE_APPLICATION_CREDENTIALS: file('factory.json') });
    return openStore(`gs://factory/evidence?endpoint=${google.url}`, { patience: hasty });
  };
  before(async () => { google = await startGoogle(storage(buckets)); });
  after(() => google.stop());
  beforeEach(() => {
    google.fault = undefined;
    buckets.set('factory', new Map());
  });
  keepsEvidence(open, file);

  it('is kept once, under a precondition', async () => {
    const { bundle, bind } = await made();
    const { sha256 } = await (await open()).put(bundle, [await bind(gcpImage)]);
    expect([...buckets.get('factory')?.keys() ?? []]).to.deep.equal([`evidence/bundles/${sha256}.cupel.tgz`, 'evidence/images/gcp/acme-images/debian12-golden.json']);
  });

  it('notices when what arrived is not what was sent', async () => {
    google.fault = (request, response) => {
      if (request.method !== 'POST') return false;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ size: '5', md5Hash: 'AAAA' }));
      return true;
    };
    expect(await refusal((await open()).put((await made()).bundle, []))).to.equal('store-digest');
  });

  it('waits out distress, and says when it may not', async () => {
    const { bundle } = await made();
    let times = 0;
    google.fault = (_request, response) => ++times <= 2 && (response.writeHead(503).end(), true);
    await (await open()).put(bundle, []);
    google.fault = (_request, response) => { response.writeHead(403).end(); return true; };
    expect(await refusal((await open()).put(bundle, []))).to.equal('store-denied');
    writeFileSync(file('factory.json'), google.credentials.replace('/identity', '/nobody'));
    inEnvironment({ GOOGLE_APPLICATION_CREDENTIALS: file('factory.json') });
    google.fault = undefined;
    expect(await refusal((await openStore(`gs://factory?endpoint=${google.url}`, { patience: hasty })).find(ami))).to.equal('store-denied');
  });
});
