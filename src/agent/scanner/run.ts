import { CupelError, ExitCode } from '../../errors.ts';
import { isSystemError, type Platform } from '../platform/index.ts';
import { parseArguments } from './arguments.ts';
import { type Places, placesBelow } from './places.ts';
import { scan } from './scan.ts';
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
      case 'rollback':
        throw new Error('not yet');
      case 'scan': return locked(platform, places, (store) => runScan(platform, places, store, flags.fail));
    }
  } catch (error) {
    return report(platform, error);
  }
}

function locked(platform: Platform, places: Places, work: (store: Store) => number): number {
  const store = new Store(platform, places);
  if (store.lock()) return work(store);
  platform.writeError('cis-scanner: another scan or remediation is at work on this machine\n');
  return busy;
}

function runScan(platform: Platform, places: Places, store: Store, fail: boolean): number {
  const { result, error } = scan(platform, places, store);
  for (const warning of result.warnings) platform.writeError(`cis-scanner: ${warning}\n`);
  if (error !== undefined) return report(platform, error);
  const status = readStatus(platform, places, store, Infinity);
  platform.write(renderStatus(status));
  return fail ? exitCodeOf(status) : ExitCode.ok;
}

/** @returns the exit code of a failure, once it was told */
function report(platform: Platform, error: unknown): number {
  const { message } = error as Error;
  if (error instanceof CupelError) {
    platform.writeError(`cis-scanner: ${message} [${error.code}]${error.remedy === undefined ? '' : `\n  ${error.remedy}`}\n`);
    return error.exitCode;
  }
  platform.writeError(`cis-scanner: ${message}\n`);
  // What the system refuses while scanning means that nothing can be said; anything else is a defect.
  return isSystemError(error) ? ExitCode.evidence : ExitCode.internal;
}
