import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { readAssay, type Assay } from '../../src/assay/index.ts';

const path = (name: string): string => fileURLToPath(new URL(`../fixtures/arf/${name}`, import.meta.url));
const results = (assay: Assay): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { result } of assay.rules) counts[result] = (counts[result] ?? 0) + 1;
  return counts;
};
const run = 'urn:uuid:6a1c1b52-8f0e-4a53-9b41-5f1fd6a1f0c7';

describe('assays of real scans', () => {
  it('has the result that oscap printed for every rule it evaluated', async () => {
    const assay = await readAssay(path('debian12-cis-l1.arf.xml.gz'));
    const printed = readFileSync(path('debian12-cis-l1.progress.txt'), 'utf8').trim().split('\n').sort();
    const read = assay.rules.filter((rule) => rule.result !== 'notselected').map((rule) => `${rule.id}:${rule.result}`).sort();
    expect(read).to.deep.equal(printed);
    expect(assay.rules).to.have.length(887);
  });

  it('has the identifier, the profile and the score of the scan', async () => {
    const assay = await readAssay(path('debian12-cis-l1.arf.xml.gz'));
    expect(assay.target).to.include({ name: 'golden.example', identifier: run });
    expect(assay.profile).to.equal('xccdf_org.ssgproject.content_profile_cis_level1_server');
    expect(assay.benchmark).to.include({ id: 'xccdf_org.ssgproject.content_benchmark_DEBIAN-12', version: '0.1.82' });
    expect(assay.scores.map(({ system }) => system)).to.deep.equal(['urn:xccdf:scoring:default']);
    expect(assay.testSystem).to.equal('cpe:/a:redhat:openscap:1.3.7');
  });

  it('has the titles, CIS sections and fixes that stand in the text', async () => {
    const assay = await readAssay(path('debian12-cis-l1.arf.xml.gz'));
    const text = gunzipSync(readFileSync(path('debian12-cis-l1.arf.xml.gz'))).toString('utf8');
    // oscap writes one tag a line here, so plain text matching is an independent reading.
    const said = new Map(text.split('<xccdf-1.2:Rule ').slice(1).map((part) => {
      const rule = part.slice(0, part.indexOf('</xccdf-1.2:Rule>'));
      const cis = [...rule.matchAll(/<xccdf-1\.2:reference href="https:\/\/www\.cisecurity\.org\/benchmark\/[^"]*">([^<]*)</g)].map((match) => match[1]);
      const title = /<xccdf-1\.2:title>([^<]*)</.exec(rule)?.[1];
      return [/ id="([^"]*)"/.exec(` ${rule}`)?.[1], { title, cis: [...new Set(cis)], hasFix: rule.includes('system="urn:xccdf:fix:script:sh"') }] as const;
    }));
    expect(said.size).to.equal(assay.rules.length);
    for (const { id, title, cis, hasFix } of assay.rules) {
      const expected = said.get(id);
      expect({ title: title.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'), cis, hasFix }, id)
        .to.deep.equal({ ...expected, title: expected?.title?.replace(/\s+/g, ' ').trim() });
    }
    expect(assay.rules.filter(({ cis }) => cis.length > 0)).to.have.length(507);
  });

  it('reads the same results from the TestResult alone', async () => {
    const full = await readAssay(path('debian12-cis-l1.arf.xml.gz'));
    const bare = await readAssay(path('debian12-cis-l1.testresult.xml.gz'));
    const pick = (assay: Assay): unknown => assay.rules.map(({ id, result, severity, weight, messages }) => ({ id, result, severity, weight, messages }));
    expect(pick(bare)).to.deep.equal(pick(full));
    expect(bare.target).to.deep.equal(full.target);
  });

  it('reads a scan of three rules with a tailoring', async () => {
    const assay = await readAssay(path('debian12-few-rules.arf.xml.gz'));
    expect(results(assay)).to.deep.equal({ notselected: 884, pass: 2, fail: 1 });
    expect(assay.profile).to.equal('xccdf_cupel_profile_few');
    expect(assay.tailoring?.id).to.equal('xccdf_cupel_tailoring_few');
  });

  it('reads a scan in which nothing applied, as ARF and as results', async () => {
    const assay = await readAssay(path('all-notapplicable.arf.xml.gz'));
    expect(results(assay)).to.deep.equal({ notapplicable: 73, notselected: 28 });
    expect(assay.target.identifier).to.equal('golden.example');
    const fromResults = await readAssay(path('all-notapplicable.results.xml.gz'));
    expect(fromResults.rules).to.deep.equal(assay.rules);
    expect(fromResults.scores).to.deep.equal(assay.scores);
  });
});
