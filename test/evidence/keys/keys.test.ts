import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigurationError } from '../../../src/errors.ts';
import { developmentKey, developmentSigner, generatePrivateKey, readPrivateKey, readPublicKeys, signerOf } from '../../../src/evidence/index.ts';

function codeOf(act: () => unknown): string {
  try {
    act();
    return 'nothing was wrong';
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError);
    return (error as ConfigurationError).code;
  }
}

const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { stdio: ['pipe', 'pipe', 'ignore'] });

describe('keys', () => {
  let directory: string;
  const file = (name: string): string => join(directory, name);
  beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'cupel-keys-')); });
  afterEach(() => { rmSync(directory, { recursive: true, force: true }); });

  it('are known by the digest that OpenSSL and sha256sum give', () => {
    writeFileSync(file('key'), generatePrivateKey('ecdsa-p256-sha256'));
    openssl('pkey', '-in', file('key'), '-pubout', '-out', file('pub'));
    const [key] = readPublicKeys(readFileSync(file('pub'), 'utf8'), 'pub');
    expect(key!.keyid).to.equal(createHash('sha256').update(openssl('pkey', '-pubin', '-in', file('pub'), '-outform', 'DER')).digest('hex'));
    expect(signerOf(readPrivateKey(readFileSync(file('key'), 'utf8'), 'key'), 'key').keyid).to.equal(key!.keyid);
  });

  it('are read as OpenSSL writes them: PKCS #8 and SEC 1, plain and encrypted', () => {
    openssl('genpkey', '-algorithm', 'ed25519', '-out', file('ed25519'));
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file('sec1'));
    openssl('pkcs8', '-topk8', '-in', file('sec1'), '-passout', 'pass:open', '-out', file('pkcs8'));
    openssl('ec', '-in', file('sec1'), '-aes256', '-passout', 'pass:open', '-out', file('legacy'));
    const read = (name: string, passphrase?: string): string => signerOf(readPrivateKey(readFileSync(file(name), 'utf8'), name, passphrase), name).keyid;
    expect(read('ed25519')).to.match(/^[0-9a-f]{64}$/);
    expect(read('pkcs8', 'open')).to.equal(read('sec1'));
    expect(read('legacy', 'open')).to.equal(read('sec1'));
  });

  it('need their passphrase, and the right one, and never say what it was', () => {
    const pem = generatePrivateKey('ed25519', 'correct horse');
    expect(pem).to.contain('BEGIN ENCRYPTED PRIVATE KEY');
    expect(codeOf(() => readPrivateKey(pem, 'key'))).to.equal('signing-key-passphrase');
    expect(() => readPrivateKey(pem, 'key', 'battery staple')).to.throw(ConfigurationError, /^key: the passphrase does not open the key$/).and.not.have.property('cause');
    expect(signerOf(readPrivateKey(pem, 'key', 'correct horse'), 'key').algorithm).to.equal('ed25519');
  });

  it('of other kinds are not taken', () => {
    const pem = (type: 'rsa' | 'ed448' | 'secp384r1' | 'secp256k1'): string => {
      const { privateKey } = type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : type === 'ed448' ? generateKeyPairSync('ed448') : generateKeyPairSync('ec', { namedCurve: type });
      return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    };
    for (const type of ['rsa', 'ed448', 'secp384r1', 'secp256k1'] as const) expect(codeOf(() => signerOf(readPrivateKey(pem(type), type), type)), type).to.equal('key-algorithm');
  });

  it('that are none are called so', () => {
    expect(codeOf(() => readPrivateKey('-----BEGIN OPENSSH PRIVATE KEY-----\nx\n-----END OPENSSH PRIVATE KEY-----', 'key'))).to.equal('signing-key');
    expect(codeOf(() => readPrivateKey('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', 'key'))).to.equal('signing-key');
    expect(codeOf(() => readPublicKeys('', 'pub'))).to.equal('public-key');
    expect(codeOf(() => readPublicKeys('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'pub'))).to.equal('public-key');
    expect(codeOf(() => readPublicKeys('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'pub'))).to.equal('public-key');
    expect(codeOf(() => readPublicKeys(generatePrivateKey('ed25519'), 'pub'))).to.equal('public-key-private');
  });

  it('may be several in one file', () => {
    const pems = ['a', 'b'].map(() => generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString());
    expect(new Set(readPublicKeys(`first\n${pems.join('second\n')}`, 'pub').map(({ keyid }) => keyid)).size).to.equal(2);
  });

  describe('of development', () => {
    const key = (): string => file('data/cupel/development-key.pem');

    it('are made on first use, for their owner alone, and used again', async () => {
      expect(await developmentKey(key())).to.equal(undefined);
      const first = await developmentSigner(key());
      expect(first.development).to.equal(true);
      expect(statSync(key()).mode & 0o777).to.equal(0o600);
      expect(statSync(file('data/cupel')).mode & 0o777).to.equal(0o700);
      expect((await developmentSigner(key())).keyid).to.equal(first.keyid);
      expect((await developmentKey(key()))?.keyid).to.equal(first.keyid);
    });

    it('are one, however many builds come first', async () => {
      const made = await Promise.all(Array.from({ length: 8 }, () => developmentSigner(key())));
      expect(new Set(made.map(({ keyid }) => keyid)).size).to.equal(1);
      expect(readdirSync(file('data/cupel'))).to.deep.equal(['development-key.pem']);
    });

    it('are refused when others can read them, or they are damaged', async () => {
      await developmentSigner(key());
      chmodSync(key(), 0o644);
      const outcome = (): Promise<unknown> => developmentSigner(key()).catch((error: unknown) => error);
      expect(await outcome()).to.be.instanceOf(ConfigurationError).with.property('code', 'development-key');
      rmSync(key());
      writeFileSync(key(), 'none', { mode: 0o600 });
      expect(await outcome()).to.be.instanceOf(ConfigurationError).with.property('code', 'signing-key');
      writeFileSync(file('plain'), '');
      expect(await developmentSigner(file('plain/key')).catch((error: unknown) => error)).to.be.instanceOf(ConfigurationError).with.property('code', 'development-key');
      expect(existsSync(file('plain'))).to.equal(true);
    });
  });
});
