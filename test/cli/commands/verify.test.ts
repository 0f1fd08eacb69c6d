import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from '../../../src/cli/run.ts';
import { evidenceOf, image, run as runId } from '../../evidence/sample.ts';
import { inCi, startSigstore } from '../../evidence/sigstore/index.ts';

describe('cupel bundle, key and verify', () => {
  let scratch: string;
  let directory: string;
  const outside = (name: string): string => join(scratch, name);
  const evidence = (): string => join(directory, `${image}-${runId}.cupel.tgz`);

  async function cupel(env: Record<string, string>, ...args: string[]): Promise<{ exit: number; out: string; note: string }> {
    let [out, note] = ['', ''];
    const exit = await run(args, {
      out: (text) => { out += text; }, note: (text) => { note += text; }, readStdin: () => Promise.resolve(''), isTty: false,
      env: { XDG_DATA_HOME: outside('data'), ...env },
    });
    return { exit, out, note };
  }

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'cupel-verify-'));
    directory = outside('evidence');
    mkdirSync(directory);
    for (const [name, content] of evidenceOf()) writeFileSync(join(directory, name), content);
  });
  afterEach(() => { rmSync(scratch, { recursive: true, force: true }); });

  it('makes a key, signs with it, and verifies with its public half', async () => {
    writeFileSync(outside('pass'), 'correct horse\n');
    expect((await cupel({}, 'key', 'generate', '--out', outside('key'), '--signing-passphrase', outside('pass'))).exit).to.equal(0);
    expect(statSync(outside('key')).mode & 0o777).to.equal(0o600);
    expect((await cupel({}, 'key', 'generate', '--out', outside('key'))).exit).to.equal(64);
    expect((await cupel({}, 'key', 'public', outside('key'))).exit).to.equal(78);
    const { out: pem } = await cupel({ WORDS: 'correct horse' }, 'key', 'public', outside('key'), '--signing-passphrase', 'env:WORDS');
    writeFileSync(outside('pub'), pem);

    const sealed = await cupel({ KEY: readFileSync(outside('key'), 'utf8') }, 'bundle', directory, '--signing-key', 'env:KEY', '--signing-passphrase', outside('pass'), '--json');
    expect(sealed.exit, sealed.note).to.equal(0);
    const { bundle, signer } = JSON.parse(sealed.out) as { bundle: string; signer: { keyid: string; development: boolean } };
    expect({ bundle, development: signer.development }).to.deep.equal({ bundle: evidence(), development: false });
    expect(existsSync(outside('data')), 'a development key was made without need').to.equal(false);

    const again = await cupel({ CUPEL_SIGNING_KEY: outside('key'), CUPEL_SIGNING_PASSPHRASE: outside('pass') }, 'bundle', directory, '--json');
    expect(JSON.parse(again.out)).to.deep.equal(JSON.parse(sealed.out));

    const good = await cupel({}, 'verify', '--key', outside('pub'), bundle, '--image', image, '--run', runId.toUpperCase());
    expect(good.exit, good.note).to.equal(0);
    expect(good.out).to.match(new RegExp(`^VERIFIED  ${image}, run ${runId}\n`)).and.contain(`ed25519 key ${signer.keyid}`);
    expect((await cupel({ PUB: pem }, 'verify', directory, '--key', 'env:PUB')).exit).to.equal(0);

    const strict = await cupel({}, 'verify', bundle, '--key', outside('pub'), '--min-pass-rate', '0.98', '--baseline', 'other');
    expect(strict.exit).to.equal(2);
    expect(strict.out).to.match(/^REFUSED/).and.contain('[policy-pass-rate]').and.contain('[policy-baseline]');
    const record = JSON.parse((await cupel({}, 'verify', bundle, '--key', outside('pub'), '--min-pass-rate', '0.98', '--json')).out) as { result: string; reasons: { code: string }[]; pass_rate: number };
    expect(record).to.deep.include({ result: 'refused', pass_rate: 0.8 });
    expect(record.reasons.map(({ code }) => code)).to.deep.equal(['policy-pass-rate']);

    const other = await cupel({}, 'verify', bundle, '--key', outside('pub'), '--image', 'debian13');
    expect(other).to.include({ exit: 3, out: '' }).and.to.have.property('note').that.contains('[image-mismatch]');
  });

  it('signs with a development key where none is given, and does not trust it', async () => {
    const sealed = await cupel({}, 'bundle', directory);
    expect(sealed).to.include({ exit: 0 }).and.to.have.property('note').that.contains('development key');
    const bundle = evidence();
    const { exit, out } = await cupel({}, 'verify', bundle, '--json');
    expect(exit).to.equal(3);
    expect(JSON.parse(out)).to.deep.include({ result: 'untrusted' }).and.to.have.nested.property('reasons[0].code', 'development-key');
    const allowed = await cupel({}, 'verify', bundle, '--allow-development-key');
    expect(allowed).to.include({ exit: 0 }).and.to.have.property('out').that.contains('DEVELOPMENT KEY');
    // Elsewhere nobody knows that key at all.
    expect(await cupel({ XDG_DATA_HOME: outside('elsewhere') }, 'verify', bundle, '--allow-development-key')).to.include({ exit: 3 }).and.to.have.property('note').that.contains('[signer-unknown]');
  });

  it('signs by the identity of a CI job, keeps and fetches that, and trusts it only when root, identity and issuer are named', async () => {
    const sigstore = await startSigstore();
    try {
      writeFileSync(outside('signing_config.json'), sigstore.signingConfig);
      writeFileSync(outside('trusted_root.json'), sigstore.trustedRoot);
      writeFileSync(outside('disk.qcow2'), 'a disk');
      const keyless = ['--signing-key', `keyless:${outside('signing_config.json')}`];
      expect(await cupel({}, 'bundle', directory, ...keyless)).to.include({ exit: 78 }).and.to.have.property('note').that.contains('[identity-token]');
      const sealed = await inCi(sigstore, () => cupel({}, 'bundle', directory, ...keyless));
      expect(sealed.exit, sealed.note).to.equal(0);
      expect(sealed.out).to.contain('signed by the identity of this run');

      const root = ['--trusted-root', outside('trusted_root.json')];
      const named = [...root, '--identity', sigstore.identity, '--issuer', sigstore.issuer];
      const good = await cupel({}, 'verify', evidence(), ...named);
      expect(good.exit, good.note).to.equal(0);
      expect(good.out).to.contain(`signed by  ${sigstore.identity} of ${sigstore.issuer}, proved for `);
      const { signer } = JSON.parse((await cupel({}, 'verify', evidence(), ...named, '--json')).out) as { signer: Record<string, unknown> };
      expect(signer).to.include({ identity: sigstore.identity, issuer: sigstore.issuer, development: false });

      for (const some of [root, [...root, '--identity', sigstore.identity], [...root, '--issuer', sigstore.issuer], named.slice(2), [...root, '--identity', '', '--issuer', sigstore.issuer]]) {
        expect(await cupel({}, 'verify', evidence(), ...some), some.join(' ')).to.include({ exit: 64, out: '' }).and.to.have.property('note').that.contains('[identity-unnamed]');
      }
      expect(await cupel({}, 'verify', evidence())).to.include({ exit: 3 }).and.to.have.property('note').that.contains('[hallmark-certificate]').and.contains('--trusted-root FILE');
      expect((await cupel({}, 'verify', evidence(), ...root, '--identity', 'somebody', '--issuer', sigstore.issuer)).note).to.contain('[signer-identity]');

      const push = ['store', 'push', evidence(), '--store', outside('store'), '--image', outside('disk.qcow2'), ...keyless];
      expect(await inCi(sigstore, () => cupel({}, ...push))).to.include({ exit: 64 });
      const pushed = await inCi(sigstore, () => cupel({}, ...push, ...named));
      expect(pushed.exit, pushed.note).to.equal(0);
      const fetched = await cupel({}, 'fetch', outside('disk.qcow2'), '--store', outside('store'), '-o', outside('fetched'), ...named);
      expect(fetched.exit, fetched.note).to.equal(0);
    } finally {
      await sigstore.close();
    }
  });

  it('asks the store that CUPEL_STORE names, for an image that is no file here', async () => {
    await cupel({}, 'bundle', directory);
    const ami = 'ami-0123456789abcdef0';
    const store = { CUPEL_STORE: outside('store') };
    const pushed = await cupel(store, 'store', 'push', evidence(), '--image', ami);
    expect(pushed.exit, pushed.note).to.equal(0);
    for (const args of [['verify', ami], ['verify', ami, '--store', outside('store')], ['fetch', ami, '-o', outside('fetched')]]) {
      const { exit, out, note } = await cupel(args.includes('--store') ? {} : store, ...args, '--allow-development-key');
      expect(exit, note).to.equal(0);
      expect(out).to.match(new RegExp(`^VERIFIED  ${image}, run ${runId}\n`));
    }
    expect((await cupel(store, 'verify', 'ami-00000000', '--allow-development-key'))).to.include({ exit: 3 }).and.to.have.property('note').that.contains('[store-missing]');
    // A path stays a path: one that is there, and one that is none.
    expect((await cupel(store, 'verify', evidence(), '--allow-development-key')).exit).to.equal(0);
    for (const [env, text] of [[store, outside('gone.cupel.tgz')], [{}, ami], [{ CUPEL_STORE: '' }, ami]] as const) {
      expect((await cupel(env, 'verify', text, '--allow-development-key'))).to.include({ exit: 3 }).and.to.have.property('note').that.contains('[evidence-missing]');
    }
  });

  it('tells people and programs alike what is wrong with what it fetched', async () => {
    await cupel({}, 'bundle', directory);
    const ami = 'ami-0123456789abcdef0';
    await cupel({}, 'store', 'push', evidence(), '--image', ami, '--store', outside('store'));
    const fetch = ['fetch', ami, '--store', outside('store'), '-o', outside('fetched'), '--json'];
    for (const [args, exit, result, code] of [
      [['--allow-development-key', '--min-pass-rate', '0.98'], 2, 'refused', 'policy-pass-rate'], [['--allow-development-key', '--max-age', '0'], 2, 'refused', 'policy-age'],
      [['--allow-development-key', '--baseline', 'other'], 2, 'refused', 'policy-baseline'], [[], 3, 'untrusted', 'development-key'],
    ] as const) {
      const refused = await cupel({}, ...fetch, ...args);
      expect(refused.exit, refused.note).to.equal(exit);
      expect(JSON.parse(refused.out)).to.deep.include({ result }).and.to.have.nested.property('reasons[0].code', code);
      expect(refused.note).to.match(new RegExp(`\\[${code}\\]\n  remedy: .`));
    }
    expect(await cupel({}, ...fetch, '--min-pass-rate', '')).to.include({ exit: 64, out: '' });
  });

  it('keeps a bundle that another key signed only when that one is named', async () => {
    for (const name of ['one', 'other']) await cupel({}, 'key', 'generate', '--out', outside(name));
    await cupel({}, 'bundle', directory, '--signing-key', outside('one'));
    const push = ['store', 'push', evidence(), '--store', outside('store'), '--image', 'ami-0123456789abcdef0', '--signing-key', outside('other')];
    const keyid = /[0-9a-f]{64}/.exec((await cupel({}, 'key', 'public', outside('other'))).note)?.[0] ?? '';
    const refused = await cupel({}, ...push);
    expect(refused).to.include({ exit: 3, out: '' });
    expect(refused.note).to.match(new RegExp(`is not signed with the key that binds it here \\(${keyid}\\), and no other was named to trust \\[signer-unknown\\]\n  remedy: give --key FILE`));
    for (const name of ['one', 'other']) writeFileSync(outside(`${name}.pub`), (await cupel({}, 'key', 'public', outside(name))).out);
    expect((await cupel({}, ...push, '--key', outside('other.pub'))).note).to.contain('none of the 1 given [signer-unknown]');
    expect((await cupel({}, ...push, '--key', outside('one.pub'))).exit).to.equal(0);
  });

  it('tells a file that is there already from a folder that is not', async () => {
    writeFileSync(outside('key'), 'mine');
    for (const [file, remedy] of [['key', 'never overwritten'], ['none/key', 'make its folder first'], ['key/below', 'in a folder that can be written']] as const) {
      const { exit, note } = await cupel({}, 'key', 'generate', '--out', outside(file));
      expect(exit).to.equal(64);
      expect(note).to.contain('[key-unwritable]').and.contain(remedy);
    }
    expect(readFileSync(outside('key'), 'utf8')).to.equal('mine');
  });

  it('does not take a bundle for the directory that it is made of', async () => {
    await cupel({}, 'bundle', directory);
    const packed = readFileSync(evidence());
    expect(await cupel({}, 'bundle', evidence())).to.include({ exit: 64, out: '' }).and.to.have.property('note').that.contains('is a file, not the evidence directory of a build [bundle-directory]');
    expect(readFileSync(evidence()).equals(packed)).to.equal(true);
    expect(await cupel({}, 'bundle', outside('gone'))).to.include({ exit: 3, out: '' }).and.to.have.property('note').that.contains('[evidence-missing]');
  });

  it('knows a wrong command line from evidence that cannot be trusted', async () => {
    for (const args of [['--min-pass-rate', '98'], ['--max-age', '-1'], ['--signer', 'me'], ['--key', outside('gone')], ['--key', 'env:GONE']]) {
      expect((await cupel({}, 'verify', directory, ...args)).exit, args.join(' ')).to.equal(64);
    }
    expect((await cupel({}, 'verify', directory, '--key', join(directory, 'verdict.json'))).exit).to.equal(78);
    expect((await cupel({}, 'verify', directory)).note).to.contain('[hallmark-missing]');
    expect((await cupel({}, 'verify', outside('gone'))).exit).to.equal(3);
    expect((await cupel({}, 'bundle', directory, '--signing-key', outside('gone'))).exit).to.equal(64);
    expect((await cupel({}, 'bundle', directory, '--signing-key', join(directory, 'verdict.json'))).exit).to.equal(78);
  });
});
