import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { CreateAliasCommand, CreateKeyCommand, KMSClient, type KeySpec } from '@aws-sdk/client-kms';
import { expect } from 'chai';
import { execa } from 'execa';
import { ConfigurationError } from '../../src/errors.ts';
import { kmsSigner, type Signer } from '../../src/evidence/index.ts';
import { crc32c } from '../../src/evidence/keys/kms/crc32c.ts';
import { evidenceOf, image, run } from '../evidence/sample.ts';
import { scratch } from '../evidence/stores/scratch.ts';
import { CUPEL } from './factory/index.ts';
import { type Google, startGoogle } from './lab/google/index.ts';
import { checksum, kms } from './lab/google/kms.ts';
import { type Moto, startMoto } from './lab/moto/index.ts';

async function refused(work: Promise<unknown>, code: string): Promise<string> {
  return await work.then(() => expect.fail(`not refused: ${code}`), (error: unknown) => {
    expect(error, String(error)).to.be.instanceOf(ConfigurationError).with.property('code', code);
    return (error as Error).message;
  });
}

/** Signs and verifies with the commands; the public half comes from the vault, too. */
async function roundTrip(reference: string, env: Readonly<Record<string, string>>, file: (name: string) => string): Promise<void> {
  const cupel = async (...args: string[]): Promise<{ exitCode?: number; stdout: string; stderr: string }> => execa('node', [CUPEL, ...args], { reject: false, env: { ...env, HOME: file('home') } });
  mkdirSync(file('evidence'));
  for (const [name, content] of evidenceOf()) writeFileSync(file(`evidence/${name}`), content);
  const sealed = await cupel('bundle', file('evidence'), '--signing-key', reference);
  expect(sealed.exitCode, sealed.stderr).to.equal(0);
  const pub = await cupel('key', 'public', reference);
  expect(pub.exitCode, pub.stderr).to.equal(0);
  writeFileSync(file('factory.pub'), pub.stdout);
  const verified = await cupel('verify', file(`evidence/${image}-${run}.cupel.tgz`), '--key', file('factory.pub'));
  expect(verified.exitCode, verified.stderr).to.equal(0);
  expect(verified.stdout).not.to.contain('DEVELOPMENT');
}

describe('a key in AWS KMS', () => {
  const file = scratch();
  let moto: Moto;
  let client: KMSClient;
  const keys = new Map<string, string>();
  before(async () => {
    moto = await startMoto();
    for (const [name, value] of Object.entries({ ...moto.environment, AWS_ENDPOINT_URL_KMS: moto.url })) process.env[name] = value;
    client = new KMSClient({});
    for (const [name, spec, usage] of [['factory', 'ECC_NIST_P256', 'SIGN_VERIFY'], ['p384', 'ECC_NIST_P384', 'SIGN_VERIFY'], ['rsa', 'RSA_2048', 'SIGN_VERIFY'], ['secret', 'SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT']] as const) {
      const { KeyMetadata: made } = await client.send(new CreateKeyCommand({ KeySpec: spec satisfies KeySpec, KeyUsage: usage }));
      await client.send(new CreateAliasCommand({ AliasName: `alias/${name}`, TargetKeyId: made?.KeyId ?? '' }));
      keys.set(name, made?.Arn ?? '');
    }
  });
  after(async () => {
    client.destroy();
    await moto.stop();
    delete process.env['AWS_ENDPOINT_URL_KMS'];
  });

  it('signs what cupel verify takes', () => roundTrip('awskms:///alias/factory', { ...moto.environment, AWS_ENDPOINT_URL_KMS: moto.url }, file));

  it('is the same key by alias, id, ARN and endpoint', async () => {
    const arn = keys.get('factory') ?? '';
    const ids = [];
    for (const name of ['/alias/factory', `/${arn}`, `/${arn.split('/')[1] ?? ''}`]) ids.push((await kmsSigner(`awskms://${name}`)).keyid);
    ids.push((await kmsSigner(`awskms://${moto.url.replace('http://', '')}/alias/factory`)).keyid);
    expect(new Set(ids).size).to.equal(1);
  });

  it('is refused when it does not sign as hallmarks are signed, or is not there', async () => {
    await refused(kmsSigner('awskms:///alias/p384'), 'key-algorithm');
    await refused(kmsSigner('awskms:///alias/rsa'), 'key-algorithm');
    await refused(kmsSigner('awskms:///alias/secret'), 'kms-key');
    await refused(kmsSigner('awskms:///alias/nobody'), 'kms-key');
    for (const reference of ['awskms://alias/factory', 'awskms:///', 'awskms:///alias/../x y']) await refused(kmsSigner(reference), 'kms-key');
    await refused(kmsSigner('awskms://127.0.0.1:9/alias/factory'), 'kms-unreachable');
  });
});

describe('a key in Cloud KMS', () => {
  const file = scratch();
  const ring = 'projects/acme-images/locations/europe-west3/keyRings/factory/cryptoKeys';
  const keys = new Map([
    [`${ring}/ec/cryptoKeyVersions/1`, generateKeyPairSync('ec', { namedCurve: 'prime256v1' })], [`${ring}/ed/cryptoKeyVersions/3`, generateKeyPairSync('ed25519')],
    [`${ring}/rsa/cryptoKeyVersions/1`, generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ]);
  let google: Google;
  before(async () => { google = await startGoogle(kms(keys)); });
  after(() => google.stop());
  beforeEach(() => {
    google.fault = undefined;
    writeFileSync(file('factory.json'), google.credentials);
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = file('factory.json');
  });
  const signer = (name: string): Promise<Signer> => kmsSigner(`gcpkms://${ring}/${name}`, { googleEndpoint: google.url });
  const env = (): Record<string, string> => ({ GOOGLE_APPLICATION_CREDENTIALS: file('factory.json'), CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS: `${google.url}/` });

  it('signs what cupel verify takes: ECDSA P-256', () => roundTrip(`gcpkms://${ring}/ec/versions/1`, env(), file));
  it('signs what cupel verify takes: Ed25519', () => roundTrip(`gcpkms://${ring}/ed/cryptoKeyVersions/3`, env(), file));

  it('is refused when it does not sign as hallmarks are signed, or is not there', async () => {
    await refused(signer('rsa/cryptoKeyVersions/1'), 'key-algorithm');
    expect(await refused(signer('ec/cryptoKeyVersions/9'), 'kms-key')).to.contain('not found');
    for (const name of ['ec', 'ec/cryptoKeyVersions/latest', 'ec/cryptoKeyVersions/1/../2']) await refused(signer(name), 'kms-key');
  });

  it('is not used by who may not', async () => {
    google.fault = (_request, response) => { response.writeHead(403, { 'content-type': 'application/json' }).end('{"error":{"code":403,"message":"Permission denied"}}'); return true; };
    await refused(signer('ec/cryptoKeyVersions/1'), 'kms-denied');
  });

  it('holds every answer against its checksum', async () => {
    const key = await signer('ec/cryptoKeyVersions/1');
    expect(key.keyid).to.match(/^[0-9a-f]{64}$/);
    const name = `${ring}/ec/cryptoKeyVersions/1`;
    const whole = { name, signature: 'AAAA', signatureCrc32c: checksum(Buffer.from('AAAA', 'base64')), verifiedDigestCrc32c: true };
    for (const change of [{ signatureCrc32c: '1' }, { verifiedDigestCrc32c: false }, { name: `${name}0` }, { signature: '' }]) {
      google.fault = (_request, response) => { response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...whole, ...change })); return true; };
      await refused(key.sign(Buffer.from('what is signed')), 'kms-unreachable');
    }
    for (const change of [{ pemCrc32c: '1' }, { name: 'another' }]) {
      const pem = keys.get(name)?.publicKey.export({ type: 'spki', format: 'pem' }).toString() ?? '';
      google.fault = (_request, response) => { response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ name, pem, pemCrc32c: checksum(Buffer.from(pem)), ...change })); return true; };
      await refused(signer('ec/cryptoKeyVersions/1'), 'kms-unreachable');
    }
  });

  it('waits out a short distress', async () => {
    let times = 0;
    google.fault = (_request, response) => ++times === 1 && (response.writeHead(503).end(), true);
    await signer('ec/cryptoKeyVersions/1');
    expect(times).to.equal(2);
  });

  it('is checked with the CRC32C that everybody knows', () => {
    expect(crc32c(Buffer.from('123456789'))).to.equal(0xe3069283);
    expect(String(crc32c(readFileSync(CUPEL)))).to.equal(checksum(readFileSync(CUPEL)));
  });
});
