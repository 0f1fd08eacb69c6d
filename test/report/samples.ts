import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AssayReader, type Assay } from '../../src/assay/index.ts';
import { type AssayDetail, DetailCollector } from '../../src/assay/detail/index.ts';
import type { Baseline } from '../../src/baseline/model.ts';
import { judge } from '../../src/gate/index.ts';
import { buildReport, type ReportFacts } from '../../src/report/gather/build.ts';
import type { ReportModel } from '../../src/report/index.ts';
import { arf, benchmark, testResult } from '../assay/read/sample.ts';
import { baseline, ignore } from '../gate/samples.ts';

export const realArf = fileURLToPath(new URL('../fixtures/arf/debian12-cis-l1.arf.xml.gz', import.meta.url));
/** What follows from the fixture, counted by hand with grep. */
export const realCounts = { pass: 230, fail: 84, error: 3, unknown: 3, notchecked: 1, notapplicable: 82 };

/** What somebody who owns the scanned machine might make a scan say, to reach who reads the report. */
export const hostile = [
  `</script><script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `"><svg/onload=alert(1)>`, `]]><evil/>`, `=cmd|'/C calc'!A0`, `@SUM(1+1)`, `+1`, `-1`,
  `| a | b |`, `[x](javascript:alert(1))`, `![x](http://evil.example/p.png)`, `@octocat see https://evil.example #1`, '`code`', `\u202Etxt.exe`, `\u0085\u009bm`, `tail\u2028sep`, 'A'.repeat(5000), `emoji 😀`,
].join(' ');

export function read(xml: string | Buffer): { assay: Assay; detail: AssayDetail } {
  const details = new DetailCollector();
  const reader = new AssayReader({}, details);
  reader.write(typeof xml === 'string' ? Buffer.from(xml) : xml);
  const assay = reader.end();
  return { assay, detail: details.finish(assay) };
}

let real: { assay: Assay; detail: AssayDetail } | undefined;

/** A report of the real ARF that nobody judged. Read once for all tests. */
export function realReport(more: Partial<ReportFacts> = {}): ReportModel {
  real ??= read(gunzipSync(readFileSync(realArf)));
  return reportOf(real, more);
}

const xmlEscaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** A small ARF in which every text that the machine or the content can choose is hostile. */
export function hostileArf(text = hostile): string {
  const said = xmlEscaped(text);
  const id = 'xccdf_org.ssgproject.content_rule_alpha';
  const rules = `<x:Rule id="${id}" severity="high"><x:title>${said}</x:title><x:description>${said}<h:pre>${said}</h:pre></x:description><x:rationale>${said}</x:rationale>
<x:reference href="https://www.cisecurity.org/benchmark/debian_linux/">5.2.8</x:reference><x:reference href="javascript:alert(1)">${said}</x:reference>
<x:fix system="urn:xccdf:fix:script:sh">${said}</x:fix></x:Rule>
<x:Rule id="xccdf_org.ssgproject.content_rule_bravo" severity="low"><x:title>Bravo</x:title><x:reference href="https://www.cisecurity.org/benchmark/debian_linux/">5.2.9</x:reference></x:Rule>
<x:Rule id="xccdf_org.ssgproject.content_rule_charlie" severity="medium"><x:title>Charlie</x:title></x:Rule>
<x:Rule id="xccdf_org.ssgproject.content_rule_delta" severity="medium"><x:title>Delta</x:title></x:Rule>`;
  const results = `<rule-result idref="${id}"><result>fail</result><message severity="info">${said}</message><check system="http://oval.mitre.org/XMLSchema/oval-definitions-5"><check-content-ref name="d1" href="#oval0"/></check></rule-result>
<rule-result idref="xccdf_org.ssgproject.content_rule_bravo"><result>pass</result></rule-result>
<rule-result idref="xccdf_org.ssgproject.content_rule_charlie"><result>fail</result></rule-result>
<rule-result idref="xccdf_org.ssgproject.content_rule_delta"><result>notapplicable</result></rule-result>`;
  return arf({ benchmark: benchmark(rules), reports: `<arf:report id="r"><arf:content>${testResult(results)}</arf:content></arf:report>${ovalReport(said)}` });
}

/** An OVAL report with one definition of one test, whose object, state and item hold a text. */
export function ovalReport(said: string): string {
  const def = 'http://oval.mitre.org/XMLSchema/oval-definitions-5';
  const sys = 'http://oval.mitre.org/XMLSchema/oval-system-characteristics-5';
  return `<arf:report id="oval0"><arf:content><oval_results xmlns="http://oval.mitre.org/XMLSchema/oval-results-5" xmlns:d="${def}" xmlns:i="${def}#independent" xmlns:s="${sys}" xmlns:si="${sys}#independent">
<d:oval_definitions><d:definitions><d:definition id="d1"><d:criteria><d:criterion test_ref="t1"/></d:criteria></d:definition></d:definitions>
<d:tests><i:textfilecontent54_test id="t1" comment="${said}"><i:object object_ref="o1"/><i:state state_ref="s1"/></i:textfilecontent54_test></d:tests>
<d:objects><i:textfilecontent54_object id="o1"><i:filepath>/etc/${said}</i:filepath></i:textfilecontent54_object></d:objects>
<d:states><i:textfilecontent54_state id="s1"><i:subexpression operation="pattern match">${said}</i:subexpression></i:textfilecontent54_state></d:states></d:oval_definitions>
<results><system><definitions><definition definition_id="d1" result="false"><criteria operator="AND" result="false"><criterion test_ref="t1" result="false"/></criteria></definition></definitions>
<tests><test test_id="t1" check="all" result="false"><tested_item item_id="7" result="false"/></test></tests>
<s:oval_system_characteristics><s:system_data><si:textfilecontent_item id="7" status="exists"><si:filepath>/etc/${said}</si:filepath><si:text>${said}</si:text></si:textfilecontent_item></s:system_data></s:oval_system_characteristics></system></results>
</oval_results></arf:content></arf:report>`;
}

export const asOf = new Date('2026-11-23T12:00:00Z');

/** The hostile ARF, judged: refused, one rule ignored for hostile reasons. */
export function hostileReport(text = hostile): ReportModel {
  const found = read(hostileArf(text));
  return judgedReport(found, baseline({}, { profile: 'p', tailoredProfile: 'p', ignore: [ignore('charlie', { reason: text, owner: text, ticket: text })] }));
}

export function judgedReport(found: { assay: Assay; detail: AssayDetail }, policy: Baseline, more: Partial<ReportFacts> = {}): ReportModel {
  const verdict = judge(found.assay, policy, { run: '0e1d5a4c-6a5e-4a7e-9c53-0a4b1f8d2c11', target: 'golden', content: { product: 'debian12', version: found.assay.benchmark.version, sha256: 'c'.repeat(64) }, asOf });
  return reportOf(found, { verdict, baseline: policy, ...more });
}

function reportOf(found: { assay: Assay; detail: AssayDetail }, more: Partial<ReportFacts>): ReportModel {
  return buildReport({
    ...found, source: { kind: 'arf', name: 'arf.xml.gz' }, verdict: undefined, baseline: undefined, environment: { seconds: {} }, before: undefined, steps: [], packages: undefined,
    signature: { state: 'unsigned' }, files: [], notices: [], ownFixes: new Set(), ...more,
  });
}
