import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { listBaselines, loadBaseline, renderTailoring, resolveBaseline, shippedFolder, type Baseline } from '../../../src/baseline/index.ts';
import { readContentIndex, selectedRules, shortId, slimContent, valueIn, type ContentIndex } from '../../../src/content/index.ts';
import { projectCache, realContent } from '../real.ts';

const asOf = new Date('2026-11-24T00:00:00Z');

interface Slimmed {
  baseline: Baseline;
  whole: ContentIndex;
  /** Paths. */
  wholeFile: string;
  slimFile: string;
  tailoring: string;
}

const made = new Map<string, Promise<Slimmed>>();

/** Each is made once for all tests. */
function slimmed(name: string): Promise<Slimmed> {
  const known = made.get(name) ?? slim(name);
  made.set(name, known);
  return known;
}

async function slim(name: string): Promise<Slimmed> {
  const document = await loadBaseline(name);
  const { path } = await realContent(document.content.product);
  const whole = await readContentIndex(path, { cacheDir: projectCache });
  const baseline = resolveBaseline(document, whole, { asOf });
  const folder = await mkdtemp(join(tmpdir(), 'cupel-test-'));
  const slimFile = join(folder, 'slim.xml');
  await writeFile(slimFile, (await slimContent(path, baseline, whole)).bytes);
  const tailoring = join(folder, 'tailoring.xml');
  await writeFile(tailoring, renderTailoring(baseline, { dataStreamHref: 'ds.xml' }));
  return { baseline, whole, wholeFile: path, slimFile, tailoring };
}

/** oscap as the test's own user, its locale fixed; whatever it has to say on stderr beside the result. */
async function oscap(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const { stdout, stderr } = await execa('oscap', args, { env: { LC_ALL: 'C' } });
  return { stdout, stderr };
}

const script = async ({ baseline, tailoring }: Slimmed, content: string): Promise<string> => {
  const { stdout } = await oscap('xccdf', 'generate', 'fix', '--fix-type', 'bash', '--tailoring-file', tailoring, '--profile', baseline.tailoredProfile, content);
  return stdout;
};

/** The script without the time and the path it was made with. */
const fixesOf = (text: string): string => text.slice(text.indexOf('# BEGIN fix'));

describe('slim content of every shipped baseline', () => {
  it('is valid, and gives the same fixes from the same tailoring without a warning', async () => {
    for (const name of await listBaselines(shippedFolder)) {
      const ready = await slimmed(name);
      expect((await oscap('xccdf', 'validate', '--skip-schematron', ready.slimFile)).stderr, name).to.equal('');
      expect(fixesOf(await script(ready, ready.slimFile)), name).to.equal(fixesOf(await script(ready, ready.wholeFile))).and.to.have.length.above(10_000);
    }
  }).timeout(600_000);

  it('can be looked at with oscap info', async () => {
    const { baseline, slimFile } = await slimmed('debian12-cis-l1-server');
    expect((await oscap('info', '--profile', shortId(baseline.profile), slimFile)).stdout).to.contain(baseline.profile);
  });

  it('resolves to the same baseline, and its index says the same of every rule and value in use', async () => {
    for (const name of await listBaselines(shippedFolder)) {
      const { baseline, whole, slimFile } = await slimmed(name);
      const slim = await readContentIndex(slimFile);
      expect(resolveBaseline(await loadBaseline(name), slim, { asOf }), name).to.deep.equal(baseline);
      const [before, after] = [whole, slim].map((index) => index.profiles.get(shortId(baseline.profile))!);
      const selected = selectedRules(slim, after!, baseline);
      expect([...selected].sort(), name).to.deep.equal([...selectedRules(whole, before!, baseline)].sort());
      for (const rule of selected) {
        const { checks, ...rest } = whole.rules.get(rule)!;
        expect(slim.rules.get(rule), rule).to.deep.equal({ ...rest, checks: checks.filter((system) => !system.endsWith('/ocil/2')) });
      }
      for (const value of slim.values.values()) expect(valueIn(value, after!), value.id).to.equal(valueIn(whole.values.get(value.id)!, before!));
    }
  }).timeout(600_000);
});

describe('an audit with slim content', () => {
  for (const name of ['debian12-cis-l1-server', 'debian12-cis-l2-server', 'debian13-cis-l1-server']) {
    it(`has the verdicts of one with the whole: ${name}`, async () => {
      const ready = await slimmed(name);
      // A root with nothing in it but the system's name, so that nothing changes between the two.
      const root = await mkdtemp(join(tmpdir(), 'cupel-test-'));
      await execa('sh', ['-euc', 'mkdir -p "$1/etc" && cp /etc/passwd /etc/group /etc/login.defs /etc/os-release /etc/debian_version "$1/etc/"', 'sh', root]);
      const audit = async (content: string): Promise<string[]> => {
        const { stdout, exitCode } = await execa('oscap', ['xccdf', 'eval', '--progress', '--skip-validation', '--tailoring-file', ready.tailoring, '--profile', ready.baseline.tailoredProfile, content],
          { reject: false, env: { OSCAP_PROBE_ROOT: root }, timeout: 100_000 });
        expect(exitCode).to.be.oneOf([0, 2]);
        return stdout.split('\n').filter((line) => /^\S+:[a-z]+$/.test(line));
      };
      const verdicts = await audit(ready.slimFile);
      expect(verdicts).to.have.length(selectedRules(ready.whole, ready.whole.profiles.get(shortId(ready.baseline.profile))!, ready.baseline).size);
      expect(verdicts).to.deep.equal(await audit(ready.wholeFile));
    }).timeout(240_000);
  }
});
