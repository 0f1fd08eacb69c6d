import type { RuleResult } from '../../../src/assay/model.ts';
import { judge, type Verdict } from '../../../src/gate/index.ts';
import type { ScanResult } from '../../../src/agent/result.ts';
import type { SeenFile } from '../../../src/agent/metrics/index.ts';
import { assay, baseline, context, ignore, many, ruleResult } from '../../gate/samples.ts';

const finished = '2026-11-23T11:00:03Z';
/** Seconds: the end of the scan of the samples. */
export const scannedAt = Date.parse(finished) / 1000;

export const reportPath = '/var/lib/cupel/arf.xml.gz';
export const baselinePath = '/etc/cupel/baseline.json';

export const files: SeenFile[] = [
  { role: 'report', path: reportPath, size: 1_312_345, modified: scannedAt * 1000 },
  { role: 'baseline', path: baselinePath, size: 4096, modified: scannedAt * 1000 - 86_400_000 },
];

/** A verdict as the gate makes it of these rules. */
export function verdictOf(rules: RuleResult[], ignored: readonly string[] = []): Verdict {
  return judge(assay(rules), baseline({}, { ignore: ignored.map((rule) => ignore(rule)) }), context);
}

export const healthy: RuleResult[] = [
  ...many(20, 'pass', 'high'), ...many(300, 'pass', 'medium'), ...many(10, 'pass', 'low'), ...many(8, 'pass', 'unknown'),
  ...many(60, 'notapplicable', 'medium'), ...many(15, 'notapplicable', 'high'), ...many(4, 'informational', 'low'), ...many(500, 'notselected'),
];

/** A machine that drifted: two rules fail, one could not be evaluated, one of two ignored rules would fail. */
export const drifted: RuleResult[] = [
  ...healthy,
  ruleResult('sshd_set_max_sessions', 'fail', 'medium', { cis: ['5.1.18'] }),
  ruleResult('sysctl_net_ipv4_ip_forward', 'fail', 'medium', { cis: ['3.3.1', '3.3.2'] }),
  ruleResult('file_permissions_etc_shadow', 'fail', 'high', { cis: ['7.1.5'] }),
  ruleResult('aide_build_database', 'error', 'medium', { cis: [] }),
  ruleResult('service_rpcbind_disabled', 'pass', 'low'),
];

const scan: ScanResult['scan'] = { success: true, started: '2026-11-23T11:00:00Z', finished, seconds: 3.25, oscap: '1.3.7', agent: '0.1.0', failure: null };

export function failedScan(code: string): ScanResult['scan'] {
  return { ...scan, success: false, finished: '2026-11-24T11:00:01Z', seconds: 0.5, failure: { code, message: 'It did not work' } };
}

export function reportOf(verdict: Verdict): ScanResult['report'] {
  return { finished, verdict };
}

export function scanned(more: Partial<ScanResult> = {}): ScanResult {
  return {
    schema: 'https://cupel.dev/schema/scan/v1',
    scan,
    report: reportOf(verdictOf(drifted, ['sysctl_net_ipv4_ip_forward', 'service_rpcbind_disabled'])),
    drift: ['file_permissions_etc_shadow'],
    warnings: [],
    build: { image: 'web', baseline: 'debian12-cis-l1-server', content: '0.1.82', run: context.run },
    ...more,
  };
}
