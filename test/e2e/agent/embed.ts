import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { agentPrograms } from '../exporter/install.ts';
import { CUPEL, REPOSITORY } from '../factory/index.ts';
import type { Machine } from '../lab/index.ts';

/** `cupel embed --root`: into the disk of a machine, from outside of it. @returns what it printed */
export async function embed(root: string, baseline: string, options: readonly string[] = []): Promise<string> {
  await agentPrograms();
  const { exitCode, stdout, stderr } = await execa('node', [CUPEL, 'embed', '--root', root, '--baseline', baseline, ...options],
    { reject: false, env: { CUPEL_CACHE: path.join(REPOSITORY, '.cache') } });
  expect(exitCode, stderr).to.equal(0);
  return stdout;
}

/** A baseline of some forty rules, and of some that can be broken and mended in seconds: each of another kind. */
export function smallBaseline(directory: string, product = 'debian12'): string {
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, 'small.yml');
  writeFileSync(file, stringify({
    name: 'small', content: { product, version: '>=0.1.82' }, profile: 'standard',
    select: ['file_permissions_crontab', 'file_cron_allow_exists', 'sshd_set_max_sessions', 'sysctl_net_ipv4_conf_all_log_martians', 'package_chrony_installed'],
    harden: { passes: 1 }, gate: { pass_rate: 0.4, min_evaluated: 20, not_applicable: { max: 30 }, required: ['sshd_set_max_sessions'] },
  }));
  return file;
}

/** Has the site ignore every rule but these. */
export async function ignoreFailing(machine: Machine, but: readonly string[]): Promise<void> {
  const { report } = resultOf(machine);
  const lines = (report?.verdict.failing ?? []).filter(({ rule }) => !but.includes(rule)).map(({ rule }) => `${rule}   # not in a container; owner=lab; expires=2099-01-01\n`);
  writeFileSync(path.join(machine.root, 'etc/cupel/ignore.d/site.txt'), lines.join(''));
  const { exitCode, stderr } = await machine.exec('cis-scanner scan');
  expect(exitCode, stderr).to.equal(0);
}

/** What the last scan left. @param folder where to look for it */
export function resultOf(machine: Machine, folder = 'var/lib/cupel'): { scan: { success: boolean; failure: { code: string } | null }; report: { finished: string; verdict: { verdict: string; failing: { rule: string }[] } } | null } {
  return JSON.parse(readFileSync(path.join(machine.root, folder, 'result.json'), 'utf8')) as ReturnType<typeof resultOf>;
}
