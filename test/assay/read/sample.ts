/** The parts of a small ARF, to be exchanged one by one. */
export interface SampleParts {
  rules: string;
  result: string;
  ruleResults: string;
  reports: string;
  benchmark: string;
}

const defaults = {
  rules: `<x:Group id="g"><x:Rule id="xccdf_org.ssgproject.content_rule_a" severity="high" weight="2.5"><x:title xml:lang="en">Rule <h:code>a</h:code>
 one</x:title><x:title>Zweiter</x:title>
<x:reference href="https://www.cisecurity.org/benchmark/debian_linux/">1.2.3</x:reference>
<x:reference href="http://cisecurity.org/benchmark/debian_linux/">1.2.4</x:reference>
<x:reference href="https://www.cisecurity.org/controls/">99</x:reference>
<x:reference href="https://www.pcisecuritystandards.org/benchmark/">98</x:reference>
<x:ident system="https://ncp.nist.gov/cce">CCE-80939-2</x:ident>
<x:fix system="urn:xccdf:fix:script:ansible" id="f">- a: b</x:fix><x:fix system="urn:xccdf:fix:script:sh" id="f">a &amp;&amp; b</x:fix></x:Rule></x:Group>
<x:Rule id="rule_b"><x:title>Rule b</x:title><x:fix system="urn:xccdf:fix:script:puppet">p</x:fix></x:Rule>`,
  ruleResults: `<rule-result idref="xccdf_org.ssgproject.content_rule_a" severity="low" weight="1.000000" time="2026-11-23T15:43:47+00:00"><result>fail</result>
<override time="2026-11-23T15:43:47+00:00" authority="a"><old-result>fail</old-result><new-result>pass</new-result><remark>seen</remark></override>
<message severity="info">first</message><check system="s"><check-import import-name="stdout">second &lt;line&gt;</check-import></check></rule-result>
<rule-result idref="rule_b"><result>pass</result><ident system="http://cce.mitre.org">CCE-1-2</ident></rule-result>`,
};

export function testResult(ruleResults: string = defaults.ruleResults): string {
  return `<TestResult xmlns="http://checklists.nist.gov/xccdf/1.2" id="t" start-time="2026-11-23T15:43:47+00:00" end-time="2026-11-23T15:43:48+00:00" version="1.0" test-system="cpe:/a:redhat:openscap:1.3.7">
<benchmark href="#comp" id="bench"/><title>Scan</title><profile idref="p"/><target>host</target><target-address>127.0.0.1</target-address>
<target-facts><fact name="urn:xccdf:fact:identifier" type="string">run-1</fact><fact name="mac">a</fact><fact name="mac">b</fact></target-facts>
${ruleResults}<score system="urn:xccdf:scoring:default" maximum="100.000000">60.25</score></TestResult>`;
}

export function benchmark(rules: string = defaults.rules, id = 'bench', inside = ''): string {
  return `<x:Benchmark xmlns:x="http://checklists.nist.gov/xccdf/1.2" xmlns:h="http://www.w3.org/1999/xhtml" id="${id}"><x:title>B</x:title><x:version>1.0</x:version>${rules}${inside}</x:Benchmark>`;
}

export const report = (result: string): string => `<arf:report id="r"><arf:content>${result}</arf:content></arf:report>`;

export function arf(parts: Partial<SampleParts> = {}): string {
  const enclosed = parts.benchmark ?? benchmark(parts.rules);
  const reports = parts.reports ?? report(parts.result ?? testResult(parts.ruleResults));
  return `<?xml version="1.0" encoding="UTF-8"?>
<arf:asset-report-collection xmlns:arf="http://scap.nist.gov/schema/asset-reporting-format/1.1" xmlns:ds="http://scap.nist.gov/schema/scap/source/1.2">
<arf:report-requests><arf:report-request id="c"><arf:content><ds:data-stream-collection><ds:component id="comp">${enclosed}</ds:component></ds:data-stream-collection></arf:content></arf:report-request></arf:report-requests>
<arf:reports>${reports}</arf:reports></arf:asset-report-collection>`;
}
