import { expect } from 'chai';
import fc from 'fast-check';
import type { ResultWord } from '../../../src/assay/index.ts';
import { compareReports, renderComparison, renderComparisonJson, renderComparisonMarkdown, type ReportModel } from '../../../src/report/index.ts';
import { comparisonSchema } from '../../../src/report/format/json.ts';
import { assay, baseline, ignore, ruleResult } from '../../gate/samples.ts';
import { expectGolden } from '../../golden.ts';
import { hostileReport, judgedReport, realReport } from '../samples.ts';

const detail = (values: Record<string, string> = {}) => ({ rules: new Map(), values, standard: undefined });

function report(results: Record<string, ResultWord>, more: { ignored?: string[]; values?: Record<string, string>; version?: string; packages?: ReportModel['packages'] } = {}): ReportModel {
  const rules = Object.entries(results).map(([rule, word]) => ruleResult(rule, word));
  const found = assay(rules, more.version === undefined ? {} : { benchmark: { id: 'xccdf_org.ssgproject.content_benchmark_DEBIAN-12', version: more.version, href: '' } });
  return judgedReport({ assay: found, detail: detail(more.values) }, baseline({}, { ignore: (more.ignored ?? []).map((rule) => ignore(rule)) }), { packages: more.packages });
}

const names = (changes: readonly { rule: string }[]): string[] => changes.map(({ rule }) => rule);

describe('compareReports', () => {
  const before = report({ a: 'pass', b: 'fail', c: 'pass', d: 'fail', e: 'notapplicable', f: 'fail', gone: 'pass' }, { ignored: ['d'], values: { minlen: '14', kept: '1' }, packages: [{ name: 'openssl', version: '1' }, { name: 'linux', version: '6' }] });
  const after = report({ a: 'fail', b: 'pass', c: 'fail', d: 'fail', e: 'fail', f: 'error', new: 'fail' }, { ignored: ['c'], values: { minlen: '8', kept: '1' }, version: '0.1.83', packages: [{ name: 'openssl', version: '2' }, { name: 'linux', version: '6' }, { name: 'linux', version: '7' }] });
  const comparison = compareReports(before, after);

  it('calls a regression what passed, counts, and fails now; not what is ignored, nor what was not evaluated', () => {
    expect(names(comparison.newlyFailing)).to.deep.equal(['a']);
    expect(comparison.regression).to.equal(true);
  });

  it('names what passes, is ignored and counts again, changed otherwise, came and went', () => {
    expect(names(comparison.newlyPassing)).to.deep.equal(['b']);
    expect(comparison.newlyIgnored).to.deep.include({ rule: 'c', title: 'Title of c', severity: 'medium', cis: ['5.2.8'], from: 'pass', to: 'fail', ignore: { reason: 'container networking needs forwarding', owner: 'platform-security', expires: '2027-05-01' } });
    expect(names(comparison.noLongerIgnored)).to.deep.equal(['d']);
    expect(names(comparison.otherwise)).to.deep.equal(['c', 'e', 'f']);
    expect(names(comparison.onlyBefore)).to.deep.equal(['gone']);
    expect(names(comparison.onlyAfter)).to.deep.equal(['new']);
  });

  it('names changed values and packages', () => {
    expect(comparison.values).to.deep.equal([{ name: 'minlen', from: '14', to: '8' }]);
    expect(comparison.packages).to.deep.equal([{ name: 'linux', from: '6', to: '6, 7' }, { name: 'openssl', from: '1', to: '2' }]);
    expect(compareReports(before, report({ a: 'pass' })).packages).to.equal(undefined);
  });

  it('says first that content or product is another', () => {
    expect(comparison.subject[0]).to.deep.equal({ name: 'content', from: '0.1.82', to: '0.1.83' });
    expect(renderComparison(comparison)).to.match(/^Not the same yardstick/);
    const other = { ...after, identity: { ...after.identity, content: { ...after.identity.content, product: 'ubuntu2404' } } };
    expect(compareReports(before, other).subject[0]).to.deep.equal({ name: 'product', from: 'debian12', to: 'ubuntu2404' });
  });

  it('reads as it should', () => {
    expectGolden(renderComparison(comparison), new URL('golden/regression.txt', import.meta.url));
    expectGolden(renderComparisonMarkdown(comparison), new URL('golden/regression.md', import.meta.url));
  });

  it('has the same schema as in a report', () => {
    expect(comparisonSchema.safeParse(JSON.parse(renderComparisonJson(comparison))).error).to.equal(undefined);
  });

  it('stays plain whatever a scan says', () => {
    const text = renderComparison(compareReports(realReport(), hostileReport()));
    // eslint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(text).to.not.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).to.be.at.most(100);
  });

  it('finds nothing between a report and itself, and the opposite the other way round', () => {
    const word = fc.constantFrom<ResultWord>('pass', 'fail', 'error', 'unknown', 'notchecked', 'notapplicable', 'informational', 'fixed');
    const results = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), word, { minKeys: 1 });
    const ignored = fc.subarray(['a', 'b', 'c']);
    fc.assert(fc.property(results, results, ignored, ignored, (one, two, first, second) => {
      const a = report({ kept: 'pass', ...one }, { ignored: first });
      const b = report({ kept: 'pass', ...two }, { ignored: second });
      const same = compareReports(a, a);
      expect([same.newlyFailing, same.newlyPassing, same.newlyIgnored, same.noLongerIgnored, same.otherwise, same.onlyBefore, same.onlyAfter].flat()).to.deep.equal([]);
      const there = compareReports(a, b);
      const back = compareReports(b, a);
      expect(names(there.newlyIgnored)).to.deep.equal(names(back.noLongerIgnored));
      expect(names(there.onlyBefore)).to.deep.equal(names(back.onlyAfter));
      for (const { rule } of there.newlyFailing) expect(names(back.newlyPassing)).to.include(rule);
    }), { numRuns: 200 });
  });
});
