import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { parse } from 'yaml';
import { baselineJsonSchema, describeProblem, lintBaseline, listBaselines, loadBaseline, type LintOptions, renderTailoring, resolveBaseline, shippedFolder } from '../../src/baseline/index.ts';
import { loadChoices } from '../../src/baseline/choices.ts';
import { readContentIndex, selectedRules, shortId, type ContentIndex } from '../../src/content/index.ts';
import { realContent, projectCache } from '../content/real.ts';

const read = new Map<string, Promise<ContentIndex>>();

/** Lints against real content, each read once. */
const onRealContent: LintOptions = {
  contentFor: ({ product }) => {
    const index = read.get(product) ?? realContent(product).then(({ path }) => readContentIndex(path, { cacheDir: projectCache }));
    read.set(product, index);
    return index;
  },
  asOf: new Date('2026-11-24T00:00:00Z'),
};

describe('the shipped baselines', () => {
  it('have the schema that is committed (write it anew with UPDATE_GOLDEN=1)', async () => {
    const file = `${shippedFolder}schema.json`;
    if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(file, baselineJsonSchema());
    expect(await readFile(file, 'utf8')).to.equal(baselineJsonSchema());
  });

  it('have nothing wrong with them against real content', async () => {
    for (const name of await listBaselines(shippedFolder)) {
      const result = await lintBaseline(name, onRealContent);
      expect(result.problems.map(describeProblem), name).to.deep.equal([]);
    }
  }).timeout(300_000);

  it('give tailorings that oscap accepts and makes fixes from, for exactly the rules selected', async () => {
    for (const name of await listBaselines(shippedFolder)) {
      const document = await loadBaseline(name);
      const { path } = await realContent(document.content.product);
      const index = await readContentIndex(path, { cacheDir: projectCache });
      const baseline = resolveBaseline(document, index, { asOf: new Date('2026-11-24T00:00:00Z') });
      const file = join(await mkdtemp(join(tmpdir(), 'cupel-test-')), 'tailoring.xml');
      await writeFile(file, renderTailoring(baseline, { dataStreamHref: path }));
      await execa('oscap', ['xccdf', 'validate', '--skip-schematron', file]);
      const { stdout } = await execa('oscap', ['xccdf', 'generate', 'fix', '--fix-type', 'bash', '--tailoring-file', file, '--profile', baseline.tailoredProfile, path]);
      const fixes = [...stdout.matchAll(/^# BEGIN fix \(\d+ \/ \d+\) for '([^']+)'/gm)].map(([, id]) => shortId(id ?? ''));
      const selected = selectedRules(index, index.profiles.get(shortId(baseline.profile))!, baseline);
      expect([...new Set(fixes)].sort(), name).to.deep.equal([...selected].sort());
    }
  }).timeout(300_000);

  it('are named as their files, name their schema for editors, and carry a schema key in their fragments too', async () => {
    for (const name of await listBaselines(shippedFolder)) {
      expect((await loadBaseline(name)).name).to.equal(name);
      expect(await readFile(`${shippedFolder}${name}.yml`, 'utf8')).to.match(/^# yaml-language-server: \$schema=\.\/schema\.json\n/);
    }
  });

  it('let the embedded default ignore at most 12 rules and ask for 0.98 of at least 320', async () => {
    const { ignore, gate } = await loadBaseline('debian12-cis-l1-server');
    expect(ignore.length).to.be.at.most(12);
    expect(gate.passRate).to.be.at.least(0.98);
    expect(gate.minEvaluated).to.be.at.least(320);
  });

  it('ship level 1 and 2 for every product that has a choice of alternatives', async () => {
    const families = await Promise.all(['debian', 'redhat', 'suse'].map(productsOf));
    const names = await listBaselines(shippedFolder);
    // Debian 11 is known to the choices only: its content has no CIS profile.
    for (const product of families.flat().filter((known) => known !== 'debian11')) {
      expect(names).to.include.members([`${product}-cis-l1-server`, `${product}-cis-l2-server`]);
    }
  });

  for (const family of ['debian', 'redhat', 'suse']) {
    it(`know alternatives (${family}) whose rules exist in the content of one of the family's products`, async () => {
      const products = (await productsOf(family)).filter((known) => known !== 'debian11');
      const choices = await loadChoices(products[0]!, `${shippedFolder}choices`);
      const indexes = await Promise.all(products.map(async (product) => readContentIndex((await realContent(product)).path, { cacheDir: projectCache })));
      for (const rule of Object.values(choices).flatMap(({ shared, alternatives }) => [...shared, ...Object.values(alternatives).flatMap(({ rules }) => rules)])) {
        expect(indexes.some(({ rules }) => rules.has(rule)), rule).to.equal(true);
      }
    }).timeout(300_000);
  }

  it('can be extended by a file that chooses any other alternative', async () => {
    for (const name of (await listBaselines(shippedFolder)).filter((shipped) => shipped.includes('-l1-'))) {
      const { choiceTable, choices } = await loadBaseline(name);
      for (const [choice, { alternatives }] of Object.entries(choiceTable)) {
        for (const chosen of Object.keys(alternatives).filter((alternative) => alternative !== choices.get(choice)?.value)) {
          const file = join(await mkdtemp(join(tmpdir(), 'cupel-test-')), 'site.yml');
          await writeFile(file, `name: site\nextends: [${name}]\nchoices: { ${choice}: ${chosen} }\n`);
          expect((await lintBaseline(file, onRealContent)).problems.map(describeProblem), `${name} ${choice}: ${chosen}`).to.deep.equal([]);
        }
      }
    }
  }).timeout(300_000);

  it('require no rule of an alternative', async () => {
    for (const name of await listBaselines(shippedFolder)) {
      const { gate, choiceTable } = await loadBaseline(name);
      const optional = Object.values(choiceTable).flatMap(({ alternatives }) => Object.values(alternatives).flatMap(({ rules }) => rules));
      expect(gate.required.map(({ value }) => value).filter((rule) => optional.includes(rule)), name).to.deep.equal([]);
    }
  });

  it('evaluate rules of the alternative they choose, and of no other', async () => {
    for (const name of await listBaselines(shippedFolder)) {
      const document = await loadBaseline(name);
      const index = await readContentIndex((await realContent(document.content.product)).path, { cacheDir: projectCache });
      const baseline = resolveBaseline(document, index, { asOf: new Date('2026-11-24T00:00:00Z') });
      const selected = selectedRules(index, index.profiles.get(shortId(baseline.profile))!, baseline);
      for (const [choice, chosen] of Object.entries(baseline.choices)) {
        const { alternatives } = document.choiceTable[choice]!;
        const own = alternatives[chosen]!.rules;
        expect(own.some((rule) => selected.has(rule)), `${name} ${choice} ${chosen}`).to.equal(true);
        const others = Object.values(alternatives).flatMap(({ rules }) => rules).filter((rule) => !own.includes(rule));
        expect(others.filter((rule) => selected.has(rule)), `${name} ${choice} ${chosen}`).to.deep.equal([]);
      }
    }
  }).timeout(300_000);
});

/** The products that a file of choices names. */
async function productsOf(family: string): Promise<string[]> {
  return (parse(await readFile(`${shippedFolder}choices/${family}.yml`, 'utf8')) as { products: string[] }).products;
}
