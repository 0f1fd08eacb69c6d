import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { readAssay } from '../../src/assay/index.ts';
import { benchmarkIn, defaultScore } from './scoring.ts';

const arf = fileURLToPath(new URL('../fixtures/arf/debian12-cis-l1.arf.xml.gz', import.meta.url));

/** The flat model, which no content asks for, is held against oscap in test/e2e/slim.test.ts. */
describe('the score of a real scan', () => {
  it('is what the results and the groups of the benchmark give by the default model', async () => {
    const assay = await readAssay(arf);
    const reported = assay.scores.find(({ system }) => system === 'urn:xccdf:scoring:default');
    const results = new Map(assay.rules.map((rule) => [rule.id, rule]));
    const computed = defaultScore(benchmarkIn(gunzipSync(readFileSync(arf)).toString('utf8')), results);
    expect(reported?.maximum).to.equal(100);
    expect(computed).to.be.closeTo(reported!.value, 0.0001);
  });
});
