import { expect } from 'chai';
import type { Assay } from '../../../src/assay/index.ts';
import { read } from './reading.ts';
import { arf, benchmark, report, testResult } from './sample.ts';

const one = (attributes: string, inside: string): string => `<rule-result ${attributes}>${inside}</rule-result>`;
const results = (ruleResults: string): string => arf({ ruleResults });

describe('reading an assay', () => {
  it('fills the whole model from an ARF', () => {
    expect(read(arf())).to.deep.equal({
      target: { name: 'host', identifier: 'run-1', addresses: ['127.0.0.1'], facts: { 'urn:xccdf:fact:identifier': 'run-1', mac: 'a, b' } },
      benchmark: { id: 'bench', version: '1.0', href: '#comp' },
      profile: 'p',
      tailoring: undefined,
      startTime: '2026-11-23T15:43:47+00:00',
      endTime: '2026-11-23T15:43:48+00:00',
      testSystem: 'cpe:/a:redhat:openscap:1.3.7',
      scores: [{ system: 'urn:xccdf:scoring:default', value: 60.25, maximum: 100 }],
      rules: [
        {
          rule: 'a', id: 'xccdf_org.ssgproject.content_rule_a', result: 'fail', severity: 'low', weight: 1, title: 'Rule a one', cis: ['1.2.3', '1.2.4'],
          cce: 'CCE-80939-2', hasFix: true, messages: ['first', 'second <line>'], overrides: [{ from: 'fail', to: 'pass', remark: 'seen' }],
        },
        {
          rule: 'rule_b', id: 'rule_b', result: 'pass', severity: 'unknown', weight: 1, title: 'Rule b', cis: [],
          cce: 'CCE-1-2', hasFix: false, messages: [], overrides: [],
        },
      ],
    });
  });

  it('reads a Benchmark that holds its TestResult', () => {
    const assay = read(benchmark(undefined, 'bench', testResult())) as Assay;
    expect(assay.rules).to.deep.equal((read(arf()) as Assay).rules);
  });

  it('reads a TestResult alone, without titles', () => {
    const assay = read(testResult()) as Assay;
    expect(assay.rules.map(({ rule, result, title, hasFix }) => ({ rule, result, title, hasFix }))).to.deep.equal([
      { rule: 'a', result: 'fail', title: '', hasFix: false },
      { rule: 'rule_b', result: 'pass', title: '', hasFix: false },
    ]);
  });

  it('takes severity and weight from the benchmark where the result has none', () => {
    const assay = read(results(one('idref="xccdf_org.ssgproject.content_rule_a"', '<result>pass</result>'))) as Assay;
    expect(assay.rules[0]).to.include({ severity: 'high', weight: 2.5 });
  });

  it('takes the host name as identifier when no other was given', () => {
    const assay = read(arf().replace('urn:xccdf:fact:identifier', 'urn:other')) as Assay;
    expect(assay.target.identifier).to.equal('host');
  });

  it('keeps a fact with a name that objects use themselves', () => {
    const assay = read(arf().replace('name="mac"', 'name="__proto__"')) as Assay;
    expect(Object.entries(assay.target.facts)).to.deep.include(['__proto__', 'a']);
  });

  it('takes the component the result points at when two benchmarks are enclosed', () => {
    const two = arf().replace('<ds:component id="comp">', `<ds:component id="other">${benchmark('', 'bench')}</ds:component><ds:component id="comp">`);
    expect((read(two) as Assay).rules[0]?.title).to.equal('Rule a one');
  });

  it('names the tailoring that defines the profile used', () => {
    const tailored = arf().replace('<ds:component id="comp">', '<ds:component id="tail"><Tailoring xmlns="http://checklists.nist.gov/xccdf/1.2" id="mine"><Profile id="p"/></Tailoring></ds:component><ds:component id="comp">');
    expect((read(tailored) as Assay).tailoring).to.deep.equal({ id: 'mine', href: '#tail' });
    expect((read(arf().replace('<profile', '<tailoring-file id="said" href="t.xml"/><profile')) as Assay).tailoring).to.deep.equal({ id: 'said', href: 't.xml' });
  });

  const a = 'idref="xccdf_org.ssgproject.content_rule_a"';
  const refusals: [string, string, string][] = [
    ['no TestResult', arf({ reports: '' }), 'arf-no-results'],
    ['two TestResults in one report', arf({ reports: report(testResult() + testResult()) }), 'arf-two-results'],
    ['two TestResults in two reports', arf({ reports: report(testResult()) + report(testResult()) }), 'arf-two-results'],
    ['a TestResult where none belongs beside the real one', arf().replace('<x:version>', `${testResult()}<x:version>`), 'arf-misplaced-results'],
    ['a TestResult inside an unknown element', arf({ reports: report(`<other>${testResult()}</other>`) }), 'arf-misplaced-results'],
    ['a TestResult inside the enclosed Benchmark', arf({ reports: '', benchmark: benchmark(undefined, 'bench', testResult()) }), 'arf-misplaced-results'],
    ['a TestResult without rule-results', results(''), 'arf-empty'],
    ['two rule-results for one rule', results(one(a, '<result>pass</result>') + one(a, '<result>pass</result>')), 'arf-duplicate-rule'],
    ['two rules with one id', arf({ rules: '<x:Rule id="r"/><x:Rule id="r"/>' }), 'arf-duplicate-rule'],
    ['an unknown result word', results(one(a, '<result>passed</result>')), 'arf-unknown-result'],
    ['a result word in capitals', results(one(a, '<result>PASS</result>')), 'arf-unknown-result'],
    ['a rule-result without result', results(one(a, '')), 'arf-no-result'],
    ['a rule-result with an empty result', results(one(a, '<result/>')), 'arf-unknown-result'],
    ['a rule-result with two results', results(one(a, '<result>pass</result><result>pass</result>')), 'arf-no-result'],
    ['a result in another namespace', results(one(a, '<result xmlns="urn:other">pass</result>')), 'arf-no-result'],
    ['markup inside a result', results(one(a, '<result>pa<b>ss</b></result>')), 'arf-markup'],
    ['a rule-result without rule', results(one('', '<result>pass</result>')), 'arf-incomplete'],
    ['a rule the benchmark does not have', results(one('idref="rule_c"', '<result>pass</result>')), 'arf-unknown-rule'],
    ['an unknown severity', results(one(`${a} severity="grave"`, '<result>pass</result>')), 'arf-severity'],
    ['a weight that is no number', results(one(`${a} weight="heavy"`, '<result>pass</result>')), 'arf-number'],
    ['a negative weight', results(one(`${a} weight="-1"`, '<result>pass</result>')), 'arf-number'],
    ['half an override', results(one(a, '<result>pass</result><override><old-result>fail</old-result></override>')), 'arf-incomplete'],
    ['an override with an unknown word', results(one(a, '<result>pass</result><override><old-result>bad</old-result></override>')), 'arf-unknown-result'],
    ['no id', arf().replace('id="t" ', ''), 'arf-incomplete'],
    ['no start time', arf().replace(/start-time="[^"]*"/, ''), 'arf-incomplete'],
    ['no end time', arf().replace(/end-time="[^"]*"/, ''), 'arf-incomplete'],
    ['a time that does not exist', arf().replace(/end-time="[^"]*"/, 'end-time="2026-13-01T00:00:00"'), 'arf-time'],
    ['no target', arf().replace('<target>host</target>', ''), 'arf-incomplete'],
    ['no benchmark named', arf().replace('<benchmark href="#comp" id="bench"/>', ''), 'arf-incomplete'],
    ['results of another benchmark', arf({ benchmark: benchmark(undefined, 'other') }), 'arf-benchmark'],
    ['results of another version', arf().replace('<x:version>1.0', '<x:version>1.1'), 'arf-benchmark'],
    ['an ARF without a benchmark', arf({ benchmark: '' }), 'arf-benchmark'],
    ['two benchmarks that may both be meant', arf({ benchmark: benchmark() + benchmark() }), 'arf-benchmark'],
    ['a score that is no number', arf().replace('60.25', 'NaN'), 'arf-number'],
    ['another document', '<html/>', 'arf-root'],
    ['an ARF in no namespace', '<asset-report-collection/>', 'arf-root'],
    ['results of XCCDF 1.1', testResult().replace('xccdf/1.2', 'xccdf/1.1'), 'arf-root'],
    ['an empty file', '', 'xml-empty'],
    ['a lost tail', arf().slice(0, -20), 'xml-truncated'],
    ['more than any scan holds', arf().replace('<target-facts>', `<target-facts>${'<fact/>'.repeat(1_100_000)}`), 'arf-too-large'],
  ];
  for (const [what, document, code] of refusals) it(`refuses ${what}`, () => expect(read(document)).to.equal(code));
});
