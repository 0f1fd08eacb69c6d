import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';

/** What needs a package, a partition or a real boot: left as it is, so that a pass takes seconds. */
const slow = [
  'package_audit_installed', 'package_ntp_installed', 'package_rsyslog_installed', 'service_auditd_enabled',
  'service_ntp_enabled', 'service_rsyslog_enabled', 'partition_for_home', 'partition_for_tmp', 'partition_for_var',
  'partition_for_var_log', 'partition_for_var_log_audit',
];

export interface QuickBaseline {
  name?: string;
  passRate?: number;
  required?: readonly string[];
  passes?: number;
}

/**
 * Writes a baseline that a lab machine meets after a few quick fixes: Debian's `standard` profile
 * of some forty rules, plus three that fail on a fresh machine and are quickly repaired.
 */
export function quickBaseline(directory: string, options: QuickBaseline = {}): string {
  const name = options.name ?? 'quick';
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, `${name}.yml`);
  writeFileSync(file, stringify({
    name,
    content: { product: 'debian12', version: '>=0.1.82' },
    profile: 'standard',
    select: ['file_permissions_crontab', 'banner_etc_issue_cis', 'sshd_set_max_sessions'],
    harden: { passes: options.passes ?? 1, skip: slow },
    gate: {
      pass_rate: options.passRate ?? 0.5,
      min_evaluated: 20,
      not_applicable: { max: 30 },
      required: options.required ?? ['file_permissions_crontab', 'sshd_set_max_sessions', 'sshd_disable_root_login'],
    },
  }));
  return file;
}
