import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { readAssay, type Assay } from '../../src/assay/index.ts';
import { loadBaseline, renderTailoring, resolveBaseline, type Baseline } from '../../src/baseline/index.ts';
import { readContentIndex, selectedRules, shortId, slimContent, type ContentIndex } from '../../src/content/index.ts';
import { realContent } from '../content/real.ts';
import { benchmarkIn, defaultScore, flatScore } from '../gate/scoring.ts';
import { machineForAll, scratch } from './factory/index.ts';

const systems = [
  { suite: 'bookworm', oscap: '1.3.7', baselines: ['debian12-cis-l1-server', 'debian12-cis-l2-server'] },
  { suite: 'trixie', oscap: '1.4', baselines: ['debian13-cis-l1-server', 'debian13-cis-l2-server'] },
] as const;

/** What oscap makes of one baseline on one machine, with the whole content or the slim one. */
interface Audit {
  assay: Assay;
  arf: string;
  size: number;
  said: string;
}

for (const { suite, oscap, baselines } of systems) {
  describe(`tailoring and slim content on a real system: ${suite}`, () => {
    /** With what SCE checks need, so that these run too. */
    const machine = machineForAll({ suite, packages: ['openscap-scanner', 'openscap-utils'] });
    const directory = scratch();

    it(`is scanned by oscap ${oscap}`, async () => {
      expect((await machine().exec('oscap --version | head -n 1')).stdout).to.contain(` ${oscap}`);
    });

    for (const name of baselines) {
      describe(name, () => {
        let index: ContentIndex;
        let baseline: Baseline;
        let whole: Audit;
        let slim: Audit;
        const oscapSays = async (command: string): Promise<{ stdout: string; stderr: string; exitCode: number }> =>
          machine().exec(`cd /root/${name} && oscap xccdf ${command}`);

        before(async function () {
          // Four scans of a whole system would not be too many for a busy machine.
          this.timeout(600_000);
          const document = await loadBaseline(name);
          const { path: content } = await realContent(document.content.product);
          index = await readContentIndex(content);
          baseline = resolveBaseline(document, index, { asOf: new Date('2026-11-24T00:00:00Z') });
          const place = path.join(machine().root, 'root', name);
          mkdirSync(place, { recursive: true });
          writeFileSync(path.join(place, 'whole.xml'), scored(readFileSync(content, 'utf8')));
          writeFileSync(path.join(place, 'slim.xml'), scored(Buffer.from((await slimContent(content, baseline, index)).bytes).toString()));
          writeFileSync(path.join(place, 'tailoring.xml'), renderTailoring(baseline, { dataStreamHref: 'ds.xml' }));
          const audit = async (kind: 'whole' | 'slim'): Promise<Audit> => {
            const { exitCode, stderr } = await oscapSays(`eval --skip-validation --tailoring-file tailoring.xml --profile ${baseline.tailoredProfile} --results-arf arf.xml ${kind}.xml >/dev/null`);
            expect(exitCode, stderr).to.equal(2);
            const arf = readFileSync(path.join(place, 'arf.xml'), 'utf8');
            const file = path.join(directory(), `${kind}.xml`);
            writeFileSync(file, arf);
            return { assay: await readAssay(file), arf, size: arf.length, said: stderr };
          };
          whole = await audit('whole');
          slim = await audit('slim');
        });

        it('gets the same verdicts and scores from slim content as from the whole, in a smaller report', () => {
          expect(evaluated(slim.assay)).to.deep.equal(evaluated(whole.assay)).and.to.have.length.above(300);
          expect(new Set(evaluated(slim.assay).map(({ result }) => result))).to.include.all.keys('pass', 'fail', 'notapplicable');
          expect(slim.assay.scores).to.deep.equal(whole.assay.scores);
          expect(slim.size).to.be.below(whole.size * 0.4);
          expect(slim.said).not.to.contain('remote').and.not.to.contain('does not exist');
        });

        it('has a tailoring that this oscap finds valid, and audit and fix agree on the rules it selects', async () => {
          // Debian ships no Schematron rules for tailorings, so only the schema is asked.
          const valid = await oscapSays('validate --skip-schematron tailoring.xml');
          expect(valid.exitCode, valid.stderr).to.equal(0);
          const script = await oscapSays(`generate fix --fix-type bash --tailoring-file tailoring.xml --profile ${baseline.tailoredProfile} slim.xml`);
          expect(script.exitCode, script.stderr).to.equal(0);
          const fixes = [...script.stdout.matchAll(/^# BEGIN fix \(\d+ \/ \d+\) for '([^']+)'/gm)].map(([, id]) => shortId(id ?? ''));
          const selected = [...selectedRules(index, index.profiles.get(shortId(baseline.profile))!, baseline)].sort();
          expect([...new Set(fixes)].sort()).to.deep.equal(selected);
          expect(evaluated(whole.assay).map(({ rule }) => rule).sort()).to.deep.equal(selected);
        });

        it('gets scores that its results give again, by the default model and by the flat one', () => {
          const { scores, rules } = slim.assay;
          const reported = (model: string): { value: number; maximum: number | undefined } | undefined => scores.find(({ system }) => system === `urn:xccdf:scoring:${model}`);
          const again = defaultScore(benchmarkIn(slim.arf), new Map(rules.map((rule) => [rule.id, rule])));
          expect(again).to.be.closeTo(reported('default')?.value ?? NaN, 0.0001);
          const flat = flatScore(rules);
          expect(flat.maximum).to.be.above(300).and.to.equal(reported('flat')?.maximum);
          expect(flat.value).to.equal(reported('flat')?.value);
        });
      });
    }
  });
}

const evaluated = (assay: Assay): Assay['rules'] => assay.rules.filter(({ result }) => result !== 'notselected');

/** Content names no scoring model, and oscap takes the default one; here it is asked for the flat one, too. */
function scored(content: string): string {
  const at = content.search(/<xccdf-1\.2:Profile[ >]/);
  const models = ['default', 'flat'].map((model) => `<xccdf-1.2:model system="urn:xccdf:scoring:${model}"/>\n`).join('');
  return content.slice(0, at) + models + content.slice(at);
}
