import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { SaxesParser } from 'saxes';
import { readAssay, type RuleResult } from '../../src/assay/index.ts';

const arf = fileURLToPath(new URL('../fixtures/arf/debian12-cis-l1.arf.xml.gz', import.meta.url));

interface Group { weight: number; groups: Group[]; rules: string[] }

/** The tree of groups and rules of the enclosed benchmark, read with another parser than ours. */
function benchmarkIn(xml: string): Group {
  const root: Group = { weight: 1, groups: [], rules: [] };
  const path = [root];
  const parser = new SaxesParser();
  const local = (name: string): string => name.slice(name.indexOf(':') + 1);
  parser.on('opentag', ({ name, attributes }) => {
    const parent = path.at(-1)!;
    if (local(name) === 'Group') {
      const group: Group = { weight: Number(attributes['weight'] ?? 1), groups: [], rules: [] };
      parent.groups.push(group);
      path.push(group);
    } else if (local(name) === 'Rule') parent.rules.push(String(attributes['id']));
  });
  parser.on('closetag', ({ name }) => { if (local(name) === 'Group') path.pop(); });
  parser.write(xml).close();
  return root;
}

/** XCCDF's default model (NISTIR 7275r4, 7.3.2): each group the weighted mean of what counts in it. */
function defaultScore(group: Group, results: ReadonlyMap<string, RuleResult>): number | undefined {
  const parts: { score: number; weight: number }[] = [];
  for (const id of group.rules) {
    const found = results.get(id);
    if (found === undefined || ['notselected', 'notapplicable', 'notchecked', 'informational'].includes(found.result)) continue;
    parts.push({ score: found.result === 'pass' || found.result === 'fixed' ? 100 : 0, weight: found.weight });
  }
  for (const inner of group.groups) {
    const score = defaultScore(inner, results);
    if (score !== undefined) parts.push({ score, weight: inner.weight });
  }
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  return weight === 0 ? undefined : parts.reduce((sum, part) => sum + part.score * part.weight, 0) / weight;
}

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
