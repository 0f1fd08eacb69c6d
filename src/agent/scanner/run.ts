import { ExitCode, UsageError } from '../../errors.ts';
import type { Verdict } from '../../gate/index.ts';
import type { Platform } from '../platform/index.ts';
import type { ScanResult } from '../result.ts';
import { type Flags, parseArguments } from './arguments.ts';
import { exitCodeFor, failureOf } from './failure.ts';
import { type Places, placesBelow } from './places.ts';
import { remediate, rollback } from './remediate/index.ts';
import { scan, scanOrThrow } from './scan.ts';
import { exitCodeOf, readStatus, renderStatus } from './status.ts';
import { Store } from './store.ts';

/** Another scan or remediation is at work: try again later (sysexits' EX_TEMPFAIL). */
export const busy = 75;

const help = `cis-scanner: scans this machine by the baseline it was built with.

  cis-scanner scan [--fail]                 scan; with --fail, exit 2 when the gate refuses
  cis-scanner status [--json] [--max-age H] how the machine stands; a report older than H hours (36) is stale
  cis-scanner remediate [--rule R]... [--dry-run] [--yes]
                                            fix what fails and counts, and scan it again
  cis-scanner rollback [--yes]              put back what the last remediation changed
  cis-scanner --version | --help

Exit codes: 0 done, accepted; 2 refused; 3 could not tell; 4 the machine could not be changed as asked; 64 usage;
75 another scan or remediation is at work; 78 configuration. Files: see docs/agent.md.
`;

/** `cis-scanner`. @returns the exit code */
export function runScanner(platform: Platform, places: Places = placesBelow()): number {
  try {
    const { command, flags } = parseArguments(platform.args);
    switch (command) {
      case 'help': platform.write(help); return ExitCode.ok;
      case 'version': platform.write(`cis-scanner ${platform.version}\n`); return ExitCode.ok;
      case 'status': {
        const status = readStatus(platform, places, new Store(platform, places), flags.maxAge);
        platform.write(flags.json ? `${JSON.stringify(status, null, 2)}\n` : renderStatus(status));
        return exitCodeOf(status);
      }
      case 'remediate':
        if (!flags.dryRun) confirm(platform, flags, 'This changes the machine. Go on?');
        return locked(platform, places, (store) => runRemediation(platform, places, store, flags));
      case 'rollback':
        confirm(platform, flags, 'This puts back what the last remediation changed. Go on?');
        return locked(platform, places, (store) => runRollback(platform, places, store));
      case 'scan': return locked(platform, places, (store) => runScan(platform, places, store, flags.fail));
    }
  } catch (error) {
    return report(platform, error);
  }
}

function locked(platform: Platform, places: Places, work: (store: Store) => number): number {
  const store = new Store(platform, places);
  if (store.lock()) return work(store);
  platform.writeError('cis-scanner: another scan or remediation is at work on this machine [busy]\n  try again when it is done\n');
  return busy;
}

function runScan(platform: Platform, places: Places, store: Store, fail: boolean): number {
  const scanned = scan(platform, places, store);
  const { result } = scanned;
  for (const warning of result.warnings) platform.writeError(`cis-scanner: ${warning}\n`);
  if ('error' in scanned) return report(platform, scanned.error);
  const { verdict } = scanned.complete;
  platform.write(summary(result, verdict));
  return fail && verdict.verdict === 'refused' ? ExitCode.refused : ExitCode.ok;
}

function summary({ scan: { seconds }, drift }: ScanResult, verdict: Verdict): string {
  const { counts, evaluated, failing, ignored, reasons } = verdict;
  const drifted = drift === null ? '' : `, ${drift.length} of them passed when the image was built`;
  return [
    `${verdict.verdict}: ${counts.pass + counts.fixed} of ${evaluated} rules passed, ${failing.length} failing${drifted}, ${ignored.length} ignored (${seconds.toFixed(1)} s)`,
    ...reasons.map(({ message }) => `  ${message}`),
    ...(failing.length === 0 ? [] : ['cis-scanner status names them; cis-scanner remediate --dry-run shows what would be done']),
  ].join('\n') + '\n';
}

function runRemediation(platform: Platform, places: Places, store: Store, flags: Flags): number {
  const left = remediate(platform, places, store, { rules: flags.rules, dryRun: flags.dryRun });
  return left === 0 ? ExitCode.ok : ExitCode.refused;
}

function runRollback(platform: Platform, places: Places, store: Store): number {
  const problems = rollback(platform, places);
  for (const problem of problems) platform.writeError(`cis-scanner: ${problem}\n`);
  scanOrThrow(platform, places, store);
  return problems.length === 0 ? ExitCode.ok : ExitCode.target;
}

/** @throws UsageError `unconfirmed` unless somebody says yes */
function confirm(platform: Platform, { yes }: Flags, question: string): void {
  if (yes) return;
  if (platform.terminal) {
    platform.write(`${question} [yes/no] `);
    if (platform.receive(5 * 60_000)?.trim() === 'yes') return;
  }
  throw new UsageError('unconfirmed', 'nothing was done: nobody said yes', { remedy: 'answer yes at a terminal, or give --yes' });
}

/** @returns the exit code of a failure, once it was told */
function report(platform: Platform, error: unknown): number {
  const { code, message, remedy } = failureOf(error);
  platform.writeError(`cis-scanner: ${message} [${code}]${remedy === undefined ? '' : `\n  ${remedy}`}\n`);
  return exitCodeFor(error);
}
