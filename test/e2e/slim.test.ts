import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { readAssay, type Assay } from '../../src/assay/index.ts';
import { loadBaseline, renderTailoring, resolveBaseline } from '../../src/baseline/index.ts';
import { readContentIndex, slimContent } from '../../src/content/index.ts';
import { machineForAll, scapContent, scratch } from './factory/index.ts';

/** With what SCE checks need, so that these run too. */
const machine = machineForAll({ packages: ['openscap-scanner', 'openscap-utils'] });

describe('slim content on a real system', () => {
  const directory = scratch();

  for (const name of ['debian12-cis-l1-server', 'debian12-cis-l2-server']) {
    it(`gives every verdict and the score of the whole, from a smaller report: ${name}`, async () => {
      const content = await scapContent();
      const index = await readContentIndex(content);
      const baseline = resolveBaseline(await loadBaseline(name), index, { asOf: new Date('2026-11-24T00:00:00Z') });
      const place = path.join(machine().root, 'root/slim');
      mkdirSync(place, { recursive: true });
      writeFileSync(path.join(place, 'whole.xml'), readFileSync(content));
      writeFileSync(path.join(place, 'slim.xml'), (await slimContent(content, baseline, index)).bytes);
      writeFileSync(path.join(place, 'tailoring.xml'), renderTailoring(baseline, { dataStreamHref: 'ds.xml' }));
      const scan = async (kind: 'whole' | 'slim'): Promise<{ assay: Assay; size: number; said: string }> => {
        const { exitCode, stderr } = await machine().exec(
          `cd /root/slim && oscap xccdf eval --skip-validation --tailoring-file tailoring.xml --profile ${baseline.tailoredProfile} --results-arf arf.xml ${kind}.xml >/dev/null`);
        expect(exitCode, stderr).to.equal(2);
        const arf = readFileSync(path.join(place, 'arf.xml'));
        const file = path.join(directory(), `${kind}.xml`);
        writeFileSync(file, arf);
        return { assay: await readAssay(file), size: arf.length, said: stderr };
      };
      const whole = await scan('whole');
      const slim = await scan('slim');
      const evaluated = (assay: Assay) => assay.rules.filter(({ result }) => result !== 'notselected');
      expect(evaluated(slim.assay)).to.deep.equal(evaluated(whole.assay)).and.to.have.length.above(300);
      expect(new Set(evaluated(slim.assay).map(({ result }) => result))).to.include.all.keys('pass', 'fail', 'notapplicable');
      expect(slim.assay.scores).to.deep.equal(whole.assay.scores);
      expect(slim.size).to.be.below(whole.size * 0.35);
      expect(whole.said).to.contain('remote');
      expect(slim.said).not.to.contain('remote').and.not.to.contain('does not exist');
    });
  }
});
