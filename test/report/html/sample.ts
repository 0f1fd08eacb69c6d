import type { ReportModel, RuleChange } from '../../../src/report/index.ts';
import { baseline, ignore } from '../../gate/samples.ts';
import { judgedReport, read, realArf } from '../samples.ts';
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';

let found: ReturnType<typeof read> | undefined;

/** The real scan, judged and refused, with everything that a report can hold around it. */
export function fullReport(more: Partial<ReportModel> = {}): ReportModel {
  found ??= read(gunzipSync(readFileSync(realArf)));
  const profile = found.assay.profile ?? '';
  const policy = baseline({ required: ['sshd_disable_root_login'] }, {
    profile, tailoredProfile: profile,
    ignore: [ignore('sysctl_net_ipv4_ip_forward', { expires: '2026-12-01' }), ignore('package_aide_installed'), ignore('no_such_rule_here')],
    expired: [ignore('aide_build_database', { expires: '2026-11-01', reason: 'was only for the move' })],
  });
  const model = judgedReport(found, policy);
  return {
    ...model, before: model.tally, comparison: comparisonOf(model),
    identity: { ...model.identity, os: 'Debian GNU/Linux 12 (bookworm)', kernel: '6.1.0-1', architecture: 'x86_64' },
    packages: [{ name: 'bash', version: '5.2' }], files: [{ name: 'verdict.json', bytes: 4634, sha256: 'd'.repeat(64) }],
    hardening: {
      passes: 2, reverted: ['sshd_limit_user_access'], oscillating: ['package_ufw_removed'], unfixable: ['grub2_password'],
      seconds: { total: 100, oscap: 50, fixes: 30, own: 20 },
      steps: [
        step(['package_aide_installed', 'package_sudo_installed', 'package_cron_installed', 'package_nftables_installed'], 60, { kind: 'packages' }),
        step(['sshd_limit_user_access'], 3, { outcome: 'reverted', detail: 'a new login did not work after it', kind: 'guarded' }),
        step(['sysctl_kernel_randomize_va_space'], 1, { outcome: 'failed', exit: 1, output: 'sysctl: permission denied\n' }),
        ...Array.from({ length: 12 }, (_, at) => step([`rule_${at}`], 0.5, { source: 'cupel', changed: ['/etc/x'] })),
      ],
    },
    ...more,
  };
}

type Step = NonNullable<ReportModel['hardening']>['steps'][number];
function step(rules: string[], seconds: number, more: Partial<Step> = {}): Step {
  return { pass: 1, index: 1, rules, kind: 'free', source: 'content', seconds, exit: 0, outcome: 'ok', changed: [], output: '', detail: null, ...more };
}

function comparisonOf({ rules }: ReportModel): NonNullable<ReportModel['comparison']> {
  const change = (at: number, from: RuleChange['from'], to: RuleChange['to'], ignored?: RuleChange['ignore']): RuleChange => {
    const { rule, title, severity, cis } = rules[at]!;
    return { rule, title, severity, cis, from, to, ignore: ignored };
  };
  const side = { run: '1'.repeat(8), ended: '2026-11-22T10:00:00+00:00', verdict: 'accepted', passRate: 0.99, evaluated: 320, failing: 3 } as const;
  return {
    before: { ...side, name: 'golden-last-night' }, after: { ...side, name: 'golden' }, subject: [{ name: 'content', from: '0.1.81', to: '0.1.82' }],
    newlyFailing: [change(0, 'pass', 'fail')], newlyPassing: [change(1, 'fail', 'pass')],
    newlyIgnored: [change(2, 'fail', 'fail', { reason: 'needed', owner: 'ops', expires: '2027-01-01' })], noLongerIgnored: [], otherwise: [change(3, 'fail', 'error')],
    onlyBefore: [], onlyAfter: [change(4, undefined, 'pass')], values: [{ name: 'var_umask', from: '027', to: '077' }],
    packages: [{ name: 'openssl', from: '3.0.15', to: '3.0.16' }, { name: 'curl', from: undefined, to: '7.88' }, { name: 'telnet', from: '0.17', to: undefined }], regression: true,
  };
}
