import { expect } from 'chai';
import fc from 'fast-check';
import { type Format, render, renderMetrics, renderTextfile, unwrap } from '../../../src/agent/metrics/index.ts';
import type { ScanResult } from '../../../src/agent/result.ts';
import { resultWords } from '../../../src/assay/index.ts';
import { expectGolden } from '../../golden.ts';
import { ruleResult } from '../../gate/samples.ts';
import { checkMetrics, readOpenMetrics } from './promtool.ts';
import { failedScan, files, healthy, reportOf, scanned, verdictOf } from './samples.ts';

const golden = (name: string): URL => new URL(`golden/${name}`, import.meta.url);
/** As the exporter serves them, without what it adds. */
function familiesOf(input: ScanResult, options = {}, format: Format = 'text'): string {
  const envelope = unwrap(renderMetrics(input, files, options));
  return envelope === undefined ? '' : envelope.infos[format] + envelope.families;
}
const series = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('the metrics of a scan', () => {
  it('show a drifted machine', async () => {
    expectGolden(renderMetrics(scanned(), files), golden('drifted.prom'));
    expect(await checkMetrics(familiesOf(scanned()))).to.equal('');
  });

  it('show a failed scan beside what the last report said, so that a failing scanner resolves no alert', async () => {
    const result = scanned({ scan: failedScan('arf-truncated') });
    expectGolden(renderMetrics(result, files), golden('scan-failed.prom'));
    expect(await checkMetrics(familiesOf(result))).to.equal('');
    expect(series(familiesOf(result)).filter((line) => line.startsWith('cis_rule_failed'))).to.have.length(3);
  });

  it('say nothing of rules when no scan ever succeeded', async () => {
    const result = scanned({ scan: failedScan('oscap-failed'), report: null, drift: null, build: null });
    expectGolden(renderMetrics(result, []), golden('never-scanned.prom'));
    expect(await checkMetrics(familiesOf(result))).to.equal('');
  });

  it('are at most sixty series for a healthy machine with a dozen ignored rules that would fail', () => {
    const ignored = Array.from({ length: 12 }, (_, n) => `ignored_${n}`);
    const verdict = verdictOf([...healthy, ...ignored.map((rule) => ruleResult(rule, 'fail'))], ignored);
    const text = renderTextfile(scanned({ report: reportOf(verdict), drift: [] }), files);
    expect(verdict.verdict).to.equal('accepted');
    // The exporter adds its own version and the report's age.
    expect(series(text).length + 3).to.be.at.most(60);
  });

  it('have one more series per rule when that is asked for', async () => {
    const everyRule = healthy.filter(({ result }) => result !== 'notselected').map(({ rule, severity, result }) => ({ rule, severity, result }));
    const text = familiesOf(scanned(), { everyRule });
    expect(series(text).filter((line) => line.startsWith('cis_rule_result{'))).to.have.length(everyRule.length);
    expect(await checkMetrics(text)).to.equal('');
  });

  it('count every result and severity of the verdict', () => {
    const verdict = verdictOf(resultWords.map((result) => ruleResult(`rule_${result}`, result, 'low')));
    const text = familiesOf(scanned({ report: reportOf(verdict) }));
    for (const result of resultWords) {
      expect(text.includes(`cis_rules{result="${result}",severity="low"} 1\n`), result).to.equal(result !== 'notselected');
    }
  });

  it('leave out an expiry that is no date', () => {
    const verdict = verdictOf([ruleResult('a', 'fail')], ['a']);
    const broken = { ...verdict, ignored: verdict.ignored.map((entry) => ({ ...entry, expires: 'soon' })) };
    expect(familiesOf(scanned({ report: reportOf(broken) }))).not.to.contain('cis_ignore_expiry');
  });

  it('say of a textfile what the exporter would say at the end of the scan', async () => {
    const text = renderTextfile(scanned(), files);
    expectGolden(text, golden('textfile.prom'));
    expect(await checkMetrics(text)).to.equal('');
  });
});

describe('a metric line', () => {
  const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('"', '\\', '\n', '\\n', '\\"', '"} 1\ncis_pass_ratio 1', '\ud800', '\u2028', '\r\n', '\0', '{}', 'é', '𝒳'));

  it('keeps any label value to itself, and gives it back', () => {
    fc.assert(fc.property(hostile, (value) => {
      const text = render([{ name: 'cis_x', help: 'X.', samples: [{ labels: { rule: value }, value: 1 }] }], 'text');
      const lines = text.split('\n');
      expect(lines).to.have.length(4);
      const [, held = ''] = /^cis_x\{rule="((?:[^"\\]|\\\\|\\"|\\n)*)"\} 1$/s.exec(lines[2] ?? '') ?? [];
      const read = held.replace(/\\(.)/gs, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
      expect(read).to.equal(value.replace(/[\0\ud800-\udfff]/gu, '\ufffd'));
    }), { numRuns: 2000 });
  });

  it('passes promtool with hostile values', async () => {
    const values = ['"', '\\', '\n', '\\n', '"} 1\ncis_pass_ratio 1', '\ud800', '\u2028', '\r\n', 'é', '𝒳', ''];
    const text = render([{ name: 'cis_x', help: 'X.', samples: values.map((rule) => ({ labels: { rule }, value: 1 })) }], 'text');
    expect(await checkMetrics(text)).to.equal('');
  });

  it('writes what is not finite as Prometheus reads it', () => {
    const text = render([{ name: 'cis_x', help: 'X.', samples: [NaN, Infinity, -Infinity, 0.1, 1e21].map((value) => ({ value })) }], 'text');
    expect(series(text)).to.deep.equal(['cis_x NaN', 'cis_x +Inf', 'cis_x -Inf', 'cis_x 0.1', 'cis_x 1e+21']);
  });
});

describe('OpenMetrics', () => {
  it('names infos without their suffix', async () => {
    const text = `${familiesOf(scanned(), {}, 'openmetrics')}# EOF\n`;
    expectGolden(text, golden('drifted.openmetrics'));
    expect(await readOpenMetrics(text)).to.deep.equal({ families: text.match(/^# TYPE /gm)?.length, samples: series(text).length });
  });

  it('changes nothing else that looks like the name of an info', async () => {
    const families = [
      { name: 'cis_x', help: 'Not cis_y_info but x.', samples: [{ labels: { rule: 'a_info b', also: '# TYPE a_info gauge' }, value: 1 }] },
      { name: 'cis_y_info', help: 'Of cis_y_info only the first is a name.', samples: [{ labels: { rule: 'c_info d' }, value: 1 }] },
    ];
    const open = `${render(families, 'openmetrics')}# EOF\n`;
    expect(open).to.equal(`${render(families, 'text').replace('# HELP cis_y_info ', '# HELP cis_y ').replace('# TYPE cis_y_info gauge', '# TYPE cis_y info')}# EOF\n`);
    expect((await readOpenMetrics(open)).samples).to.equal(2);
  });
});
