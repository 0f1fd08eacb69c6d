import { ConfigurationError, TargetError } from '../errors.ts';
import { runJob, spaceOr, type Target } from '../target/index.ts';
import type { MachineFacts } from './preflight.ts';

const installers: Readonly<Record<NonNullable<MachineFacts['packageManager']>, string>> = {
  'apt-get': String.raw`
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 update
command -v oscap >/dev/null || apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o DPkg::Options::=--force-unsafe-io install --no-install-recommends openscap-scanner`,
  dnf: 'set -eu; command -v oscap >/dev/null || dnf -q -y install openscap-scanner',
  zypper: 'set -eu; command -v oscap >/dev/null || zypper -q -n install openscap-utils',
};

const tellVersion = 'printf "oscap is %s\\n" "$(oscap --version | head -n 1)"';

/** 1.2 knows nothing of today's CPEs: every rule would be notapplicable (Ubuntu 22.04's 1.2.17). */
const oldest = [1, 3, 0];

/**
 * Installs OpenSCAP and refreshes the package lists that the fixes will need.
 * @returns oscap's version, and the seconds that the package manager took
 * @throws TargetError `scanner-install`, `target-disk-full`
 * @throws ConfigurationError `oscap-too-old`
 */
export async function installScanner(target: Target, facts: MachineFacts, workDirectory: string, unitPrefix: string): Promise<{ version: string; seconds: number }> {
  if (facts.packageManager === undefined) throw new TargetError('scanner-install', `${target.name}: no package manager that Cupel knows (apt-get, dnf, zypper)`);
  const output: string[] = [];
  const result = await runJob(target, workDirectory, unitPrefix, {
    name: 'scanner', script: `${installers[facts.packageManager]}\n${tellVersion}`, timeoutSeconds: 1800, onLine: (line) => output.push(line),
  });
  if (result.exitCode !== 0) throw spaceOr('scanner-install', `${target.name}: OpenSCAP could not be installed`, `${output.slice(-3).join('; ')}; ${result.stderr}`);
  const version = /^oscap is .*?(\d+)\.(\d+)\.(\d+)/.exec(output.at(-1) ?? '');
  if (version === null) throw new TargetError('scanner-install', `${target.name}: oscap does not say its version`);
  const numbers = version.slice(1).map(Number);
  for (const [at, least] of oldest.entries()) {
    const number = numbers[at] ?? 0;
    if (number > least) break;
    if (number < least) {
      throw new ConfigurationError('oscap-too-old', `${target.name} has oscap ${numbers.join('.')}; ${oldest.join('.')} or newer is needed`, {
        remedy: 'install a newer OpenSCAP in the base image: older ones find every rule of this content not applicable',
      });
    }
  }
  return { version: numbers.join('.'), seconds: result.seconds };
}
