import { expect } from 'chai';
import { negotiate } from '../../../src/agent/exporter/negotiate.ts';

describe('the format of the metrics', () => {
  const cases: [string | undefined, string][] = [
    [undefined, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    ['text/html,application/xhtml+xml;q=0.9,*/*;q=0.8', 'text'],
    // As Prometheus 2 and 3 ask.
    ['application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1', 'openmetrics'],
    ['application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1', 'openmetrics'],
    ['text/plain;version=0.0.4;q=1,*/*;q=0.1', 'text'],
    ['application/openmetrics-text', 'openmetrics'],
    ['Application/OpenMetrics-Text; Version="1.0.0"', 'openmetrics'],
    ['application/openmetrics-text;q=0.3, text/plain;q=0.7', 'text'],
    ['application/openmetrics-text;q=0.7, text/plain;q=0.3', 'openmetrics'],
    // The more specific range counts, though the wider one is heavier.
    ['application/openmetrics-text;q=0.5, text/plain;q=0.2, */*;q=0.9', 'openmetrics'],
    ['application/openmetrics-text;q=0.5, text/*;q=0.6', 'text'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text;q=2', 'text'],
    ['application/openmetrics-text;version=2.0.0', 'text'],
    ['application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited', 'text'],
    [';;;,,,q=1;=,', 'text'],
  ];
  for (const [accept, format] of cases) {
    it(`is ${format} for ${accept === undefined ? 'no Accept header' : `Accept: ${accept}`}`, () => { expect(negotiate(accept)).to.equal(format); });
  }
});
