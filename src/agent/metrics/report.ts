import { type ResultWord, resultWords } from '../../assay/model.ts';
import { failing, type GateSeverity, type Verdict } from '../../gate/index.ts';
import type { ScanResult } from '../result.ts';
import type { Family, Sample } from './exposition.ts';

export interface MetricsOptions {
  /** One series per rule beside those of the failing ones: some four hundred a host. */
  everyRule?: readonly { rule: string; severity: string; result: ResultWord }[];
}

/** Families that the exporter goes by, too. */
export const reportTimestamp = 'cis_report_timestamp_seconds';
export const ignoreExpiry = 'cis_ignore_expiry_timestamp_seconds';

const gateSeverities: readonly GateSeverity[] = ['high', 'medium', 'low', 'unknown'];
const daySeconds = 86_400;

/** The families that only change with a scan. */
export function reportFamilies({ scan, report, drift, warnings, build }: ScanResult, options: MetricsOptions = {}): Family[] {
  return [
    info('cis_build_info', 'The build that this machine was launched from.', build),
    info('cis_scan_failure_info', 'Why the last scan failed.', scan.failure === null ? null : { code: scan.failure.code }),
    info('cis_agent_info', 'The agent that scanned, and its oscap.', { version: scan.agent, oscap: scan.oscap ?? '' }),
    one('cis_scan_success', 'Whether the last scan gave a report that could be judged.', scan.success ? 1 : 0),
    one('cis_scan_timestamp_seconds', 'End of the last scan, successful or not.', seconds(scan.finished)),
    one('cis_scan_duration_seconds', 'How long the last scan took.', scan.seconds),
    one('cis_ignore_list_warnings', 'Lines of the ignore lists that do not hold.', warnings.length),
    ...(report === null ? [] : verdictFamilies(report.verdict, seconds(report.finished))),
    ...(drift === null ? [] : driftFamilies(drift)),
    {
      name: 'cis_rule_result', help: 'Each rule with its result.',
      samples: (options.everyRule ?? []).map(({ rule, severity, result }) => ({ labels: { rule, severity, result }, value: 1 })),
    },
  ];
}

function verdictFamilies(verdict: Verdict, finished: number): Family[] {
  const { baseline, content, profile } = verdict;
  const [wouldFail, others] = partition(verdict.ignored, ({ result }) => failing.has(result));
  return [
    one(reportTimestamp, 'End of the scan that the report is of.', finished),
    info('cis_baseline_info', 'The baseline that the report was judged by.', { baseline: baseline.name, sha256: baseline.sha256, profile, product: content.product, content: content.version }),
    one('cis_baseline_met', 'Whether the gate accepts the machine as it is.', verdict.verdict === 'accepted' ? 1 : 0),
    one('cis_pass_ratio', 'Rules passed, of those that were evaluated and are not ignored.', verdict.pass_rate),
    one('cis_rules_evaluated', 'Rules evaluated and not ignored.', verdict.evaluated),
    { name: 'cis_oscap_score', help: 'The score that oscap gives, 0 to 100, by scoring system.', samples: Object.entries(verdict.scores).map(([system, value]) => ({ labels: { system }, value })) },
    { name: 'cis_rules', help: 'Rules by result and severity, ignored ones left out.', samples: countSamples(verdict.by_severity) },
    {
      name: 'cis_rule_failed', help: 'A rule that is not met: it failed or could not be evaluated.',
      samples: verdict.failing.map(({ rule, severity, cis }) => ({ labels: { rule, severity, cis: cis.join(',') }, value: 1 })),
    },
    { name: 'cis_ignored_rules', help: 'Rules that are ignored.', samples: [{ labels: { would_fail: 'true' }, value: wouldFail.length }, { labels: { would_fail: 'false' }, value: others.length }] },
    { name: 'cis_rule_ignored', help: 'An ignored rule that is not met.', samples: wouldFail.map(({ rule }) => ({ labels: { rule, would_fail: 'true' }, value: 1 })) },
    { name: ignoreExpiry, help: 'When an ignored rule that is not met begins to count.', samples: wouldFail.flatMap(expirySample) },
  ];
}

/** pass and fail always, so that a sum over them is never of nothing; other results only when there are any. */
function countSamples(bySeverity: Verdict['by_severity']): Sample[] {
  return resultWords.filter((result) => result !== 'notselected').flatMap((result) => gateSeverities
    .map((severity) => ({ labels: { result, severity }, value: bySeverity[severity][result] }))
    .filter(({ value }) => value > 0 || result === 'pass' || result === 'fail'));
}

function driftFamilies(drift: readonly string[]): Family[] {
  return [
    one('cis_drift_rules', 'Rules that passed when the image was built and are not met now.', drift.length),
    { name: 'cis_rule_drifted', help: 'A rule that passed when the image was built and is not met now.', samples: drift.map((rule) => ({ labels: { rule }, value: 1 })) },
  ];
}

/** An entry holds until the end of its day, UTC. A date that cannot be read is left out. */
function expirySample({ rule, expires }: { rule: string; expires: string }): Sample[] {
  const day = Date.parse(`${expires}T00:00:00Z`);
  return Number.isNaN(day) ? [] : [{ labels: { rule }, value: day / 1000 + daySeconds }];
}

function partition<T>(items: readonly T[], chosen: (item: T) => boolean): [T[], T[]] {
  return [items.filter(chosen), items.filter((item) => !chosen(item))];
}

function seconds(iso: string): number {
  return Date.parse(iso) / 1000;
}

function one(name: string, help: string, value: number): Family {
  return { name, help, samples: [{ value }] };
}

function info(name: string, help: string, labels: Readonly<Record<string, string>> | null): Family {
  return { name, help, samples: labels === null ? [] : [{ labels, value: 1 }] };
}
