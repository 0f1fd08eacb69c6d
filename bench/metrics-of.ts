import { renderMetrics } from '../src/agent/metrics/index.ts';
import type { ScanResult } from '../src/agent/result.ts';
import type { Assay } from '../src/assay/model.ts';
import { judge } from '../src/gate/index.ts';
import { baseline, context, ignore } from '../test/gate/samples.ts';

/** What a scan that gave this assay would leave. @param ignored short rule ids */
export function resultOf(assay: Assay, ignored: readonly string[] = []): ScanResult {
  const verdict = judge(assay, baseline({}, { ignore: ignored.map((rule) => ignore(rule)) }), { ...context, run: assay.target.identifier });
  return {
    schema: 'https://cupel.dev/schema/scan/v1',
    scan: { success: true, started: assay.startTime, finished: assay.endTime, seconds: 3, oscap: '1.3.7', agent: '0.0.0', failure: null },
    report: { finished: assay.endTime, verdict }, drift: [], warnings: [],
    build: { image: 'web', baseline: 'debian12-cis-l1-server', content: '0.1.82', run: context.run },
  };
}

export function metricsOf(assay: Assay): string {
  return renderMetrics(resultOf(assay), []);
}
