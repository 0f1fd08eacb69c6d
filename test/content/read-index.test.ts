import { copyFile, mkdtemp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readContentIndex, selectedRules, shortId, valueIn } from '../../src/content/index.ts';
import { CupelError } from '../../src/errors.ts';
import { realContent } from './real.ts';

export const mini = 'test/fixtures/content/ssg-mini-ds.xml';
const refusal = (promise: Promise<unknown>): Promise<CupelError> => promise.then(() => { throw new Error('was accepted'); }, (error: unknown) => {
  expect(error).to.be.instanceOf(CupelError);
  return error as CupelError;
});

describe('the index of a data stream', () => {
  it('names product, platforms and the benchmark\'s own version, not a profile\'s', async () => {
    const index = await readContentIndex(mini);
    expect(index.product).to.equal('mini');
    expect(index.cpes).to.deep.equal(['cpe:/o:example:mini:1']);
    expect(index.benchmark).to.deep.equal({ id: 'xccdf_org.ssgproject.content_benchmark_MINI', version: '0.1.90', title: 'A small benchmark' });
    expect(index.size).to.equal((await readFile(mini)).length);
  });

  it('takes CIS sections only from references to a CIS benchmark', async () => {
    const index = await readContentIndex(mini);
    expect(index.rules.get('package_nftables_installed')).to.deep.equal({
      id: 'package_nftables_installed', title: 'Install nftables', severity: 'medium', cis: ['4.3.1'],
      checks: ['http://oval.mitre.org/XMLSchema/oval-definitions-5', 'http://scap.nist.gov/schema/ocil/2'], hasFix: true, selected: false, groups: ['system'],
    });
  });

  it('knows a shell fix from an Ansible one, nested checks, and a severity that is not written', async () => {
    const { rules } = await readContentIndex(mini);
    expect(rules.get('package_ufw_installed')?.hasFix).to.equal(false);
    expect(rules.get('no_empty_passwords')?.checks).to.deep.equal(['http://open-scap.org/page/SCE']);
    expect(rules.get('sshd_banner')).to.include({ severity: 'unknown', title: 'Banner & such' });
  });

  it('resolves what a profile inherits', async () => {
    const index = await readContentIndex(mini);
    const strict = index.profiles.get('strict')!;
    expect([...selectedRules(index, strict)].sort()).to.deep.equal(['no_empty_passwords', 'package_nftables_installed', 'sshd_banner']);
    expect(valueIn(index.values.get('var_length')!, strict)).to.equal('14');
    expect(valueIn(index.values.get('var_banner')!, strict)).to.equal('Keep out');
    expect(valueIn(index.values.get('var_umask')!, strict)).to.equal('022');
  });

  it('does not count a selected rule in a group that is not', async () => {
    const index = await readContentIndex(mini);
    const base = index.profiles.get('base')!;
    expect(selectedRules(index, base, { select: ['package_chrony_installed'] }).has('package_chrony_installed')).to.equal(false);
    expect(selectedRules(index, base, { select: ['package_chrony_installed'], selectGroups: ['time'] }).has('package_chrony_installed')).to.equal(true);
  });

  it('reads the same from its cache, and reads anew when the cache is damaged', async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'cupel-test-'));
    const first = await readContentIndex(mini, { cacheDir });
    expect(await readContentIndex(mini, { cacheDir })).to.deep.equal(first);
    const [cached] = await readdir(join(cacheDir, 'index'));
    await writeFile(join(cacheDir, 'index', cached!), '{"format":');
    expect(await readContentIndex(mini, { cacheDir })).to.deep.equal(first);
    expect(await readContentIndex(mini)).to.deep.equal(first);
  });

  it('refuses a data stream that was cut off, wherever', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cupel-test-'));
    const size = (await readFile(mini)).length;
    for (const keep of [0, 1, 100, Math.floor(size / 2), size - 30]) {
      const file = join(folder, `${keep}.xml`);
      await copyFile(mini, file);
      await truncate(file, keep);
      expect(await refusal(readContentIndex(file))).to.include({ code: 'content-invalid', exitCode: 78 });
    }
  });

  it('refuses what is no benchmark, has several, or extends in a circle', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cupel-test-'));
    const text = await readFile(mini, 'utf8');
    const benchmark = /<xccdf-1\.2:Benchmark[^]*<\/xccdf-1\.2:Benchmark>/.exec(text)![0];
    const cases = {
      'content-no-benchmark': '<a/>',
      'content-benchmarks': text.replace(benchmark, `<ds:x>${benchmark}${benchmark}</ds:x>`),
      'content-extends': text.replace('content_profile_base">', 'content_profile_base" extends="xccdf_org.ssgproject.content_profile_strict">'),
    };
    for (const [code, broken] of Object.entries(cases)) {
      const file = join(folder, `${code}.xml`);
      await writeFile(file, broken);
      expect((await refusal(readContentIndex(file))).code).to.equal(code);
    }
  });

  it('says which file is missing', async () => {
    const error = await refusal(readContentIndex('/nonexistent/ds.xml'));
    expect(error).to.include({ code: 'content-not-found', subject: '/nonexistent/ds.xml' });
  });

  it('shortens SSG\'s ids and leaves those of others whole', () => {
    expect(shortId('xccdf_org.ssgproject.content_rule_sshd_banner')).to.equal('sshd_banner');
    expect(shortId('xccdf_com.example_rule_x')).to.equal('xccdf_com.example_rule_x');
  });

  it('reads the real Debian 12 content', async () => {
    const { path, sha256, version } = await realContent('debian12');
    const index = await readContentIndex(path);
    expect(index).to.include({ product: 'debian12', sha256 });
    expect(index.benchmark.version).to.equal(version);
    expect(selectedRules(index, index.profiles.get('cis_level1_server')!).size).to.be.greaterThan(380);
    expect(index.rules.get('sshd_set_max_sessions')?.cis).to.deep.equal(['5.1.17']);
  });
});
