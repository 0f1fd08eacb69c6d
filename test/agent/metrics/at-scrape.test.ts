import { expect } from 'chai';
import fc from 'fast-check';
import { atScrape, type Moment, renderMetrics, unwrap, wrap } from '../../../src/agent/metrics/index.ts';
import { baselinePath, files, reportPath, scanned, scannedAt } from './samples.ts';

const whole = renderMetrics(scanned(), files);

function numbers(more: Partial<Moment> = {}): Record<string, number | undefined> {
  const moment: Moment = {
    now: scannedAt + 600, metrics: whole, metricsPresent: true, staleAfter: 129_600,
    look: (path) => files.find((file) => file.path === path), ...more,
  };
  return Object.fromEntries(atScrape(moment).now.map(({ name, samples }) => [name, samples[0]?.value]));
}

const fine = { cis_report_present: 1, cis_report_readable: 1, cis_report_stale: 0, cis_report_baseline_current: 1, cis_report_age_seconds: 600, cis_ignores_expired: 0 };
const without = (gone: string): Moment['look'] => (path) => (path === gone ? undefined : files.find((file) => file.path === path));
const changed = (path: string, how: object): Moment['look'] => (asked) => {
  const found = files.find((file) => file.path === asked);
  return found === undefined || asked !== path ? found : { ...found, ...how };
};

describe('what the exporter adds when it is asked', () => {
  it('says that a fresh report is there, whole and of the baseline that lies on the machine', () => {
    expect(numbers()).to.deep.equal(fine);
  });

  it('tells a report that is gone', () => {
    expect(numbers({ look: without(reportPath) })).to.deep.equal({ ...fine, cis_report_present: 0, cis_report_readable: 0 });
  });

  it('tells that there is nothing at all', () => {
    expect(numbers({ metrics: undefined, metricsPresent: false })).to.deep.equal({
      cis_report_present: 0, cis_report_readable: 0, cis_report_stale: 1, cis_report_age_seconds: undefined, cis_ignores_expired: undefined,
    });
  });

  it('tells a report that is there and cannot be read', () => {
    expect(numbers({ metrics: undefined })).to.include({ cis_report_present: 1, cis_report_readable: 0, cis_report_stale: 1 });
  });

  it('tells a report that was cut short or written to since', () => {
    for (const how of [{ size: 12 }, { modified: scannedAt * 1000 + 1 }]) {
      expect(numbers({ look: changed(reportPath, how) })).to.deep.equal({ ...fine, cis_report_readable: 0 });
    }
  });

  it('tells a baseline that was edited or taken away since', () => {
    for (const look of [changed(baselinePath, { size: 4097 }), changed(baselinePath, { modified: scannedAt * 1000 }), without(baselinePath)]) {
      expect(numbers({ look })).to.deep.equal({ ...fine, cis_report_baseline_current: 0 });
    }
  });

  it('tells a stale report by the limit it is given', () => {
    expect(numbers({ now: scannedAt + 129_600 })).to.include({ cis_report_stale: 0 });
    expect(numbers({ now: scannedAt + 129_601 })).to.include({ cis_report_stale: 1, cis_report_age_seconds: 129_601 });
  });

  it('takes a report from the future for stale, but not a clock that is a little off', () => {
    expect(numbers({ now: scannedAt - 200 })).to.include({ cis_report_stale: 0 });
    expect(numbers({ now: scannedAt - 4000 })).to.include({ cis_report_stale: 1 });
  });

  it('counts the ignored rules whose entry expired since', () => {
    const end = Date.parse('2027-05-02T00:00:00Z') / 1000;
    expect(numbers({ now: end - 1 })).to.include({ cis_ignores_expired: 0 });
    expect(numbers({ now: end })).to.include({ cis_ignores_expired: 1 });
  });

  it('never takes half a file for a whole one', () => {
    for (let length = 0; length < whole.length; length += 7) {
      const half = whole.slice(0, length);
      expect(unwrap(half), `${length} bytes`).to.equal(undefined);
    }
    expect(numbers({ metrics: whole.slice(0, -1) })).to.include({ cis_report_readable: 0 });
    for (const line of ['# cupel report 12', '# cupel report 12 13', '# cupel expiry soon', '# cupel scanned ', '# cupel more 1', '# cupel infos 1', '# cupel infos 1 100000', '# cupel infos -1 1']) expect(unwrap(whole.replace('\n', `\n${line}\n`)), line).to.equal(undefined);
  });

  it('reads back what was written', () => {
    const file = fc.record({
      role: fc.constantFrom('report' as const, 'baseline' as const), size: fc.nat(), modified: fc.nat(),
      path: fc.string({ minLength: 1 }).map((name) => `/${name.replaceAll('\n', '').replaceAll('\0', '')}`),
    });
    const families = fc.constantFrom('', '# TYPE cis_x gauge\ncis_x 1\n', '# cupel end\n');
    const infos = fc.record({ text: families, openmetrics: families });
    fc.assert(fc.property(fc.record({ infos, families, files: fc.array(file, { maxLength: 4 }), scanned: fc.option(fc.nat(), { nil: undefined }), expiries: fc.array(fc.nat(), { maxLength: 4 }) }), (envelope) => {
      expect(unwrap(wrap(envelope))).to.deep.equal(envelope);
    }));
  });
});
