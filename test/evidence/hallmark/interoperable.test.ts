import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { packBundle, type Signer } from '../../../src/evidence/index.ts';
import { ecSigner, signedEvidence, signer } from '../sample.ts';

const python = fileURLToPath(new URL('../../fixtures/evidence/verify_dsse.py', import.meta.url));

/** Others than Cupel and sigstore-js, with nothing but the unpacked bundle and the public key. */
describe('a hallmark, checked by others', () => {
  let directory: string;
  const file = (name: string): string => join(directory, name);
  beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'cupel-interop-')); });
  afterEach(() => { rmSync(directory, { recursive: true, force: true }); });

  async function unpacked(by: Signer): Promise<void> {
    writeFileSync(file('key.pub'), by.key.export({ type: 'spki', format: 'pem' }));
    writeFileSync(file('image.cupel.tgz'), await packBundle(await signedEvidence({}, by)));
    execFileSync('tar', ['-xzf', file('image.cupel.tgz'), '-C', directory]);
  }

  for (const [kind, by] of [['ed25519', signer], ['ECDSA P-256', ecSigner]] as const) {
    it(`is verified by OpenSSL over the bytes that DSSE signs (${kind})`, async () => {
      await unpacked(by);
      // The steps of docs/evidence.md, as an auditor would type them.
      const script = readFileSync(fileURLToPath(new URL('../../../docs/evidence.md', import.meta.url)), 'utf8').match(/```sh auditor\n([\s\S]*?)```/)?.[1] ?? '';
      const audit = (): ReturnType<typeof spawnSync> => spawnSync('sh', ['-eu', '-c', script], { cwd: directory, encoding: 'utf8' });
      const good = audit();
      expect(good.status, String(good.stderr)).to.equal(0);
      expect(good.stdout).to.match(/verified/i);
      expect(good.stdout).to.contain('arf.xml.gz: OK');

      writeFileSync(file('remediation.sh'), 'other');
      expect(audit().status).not.to.equal(0);
      await unpacked(by);
      writeFileSync(file('statement.intoto.json'), readFileSync(file('statement.intoto.json'), 'utf8').replace('PASSED', 'FAILED'));
      expect(audit().status).not.to.equal(0);
    });

    it(`is verified by securesystemslib (${kind})`, async () => {
      await unpacked(by);
      const verify = (): ReturnType<typeof spawnSync> => spawnSync('/usr/bin/python3', [python, file('hallmark.sigstore.json'), file('key.pub')], { encoding: 'utf8' });
      const good = verify();
      expect(good.status, String(good.stderr)).to.equal(0);
      expect(good.stdout).to.equal(readFileSync(file('statement.intoto.json'), 'utf8'));

      const hallmark = JSON.parse(readFileSync(file('hallmark.sigstore.json'), 'utf8')) as { dsseEnvelope: { payload: string } };
      hallmark.dsseEnvelope.payload = Buffer.from('{}').toString('base64');
      writeFileSync(file('hallmark.sigstore.json'), JSON.stringify(hallmark));
      const bad = verify();
      expect(bad.status, String(bad.stderr)).to.equal(1);
      expect(bad.stderr).to.contain('UnverifiedSignatureError');
    });
  }
});
