import { ConfigurationError, TargetError } from '../errors.ts';
import { failedUnits, type Target } from '../target/index.ts';

/** What is asked of the machine before anything is changed. */
export interface MachineFacts {
  osId: string;
  osVersion: string;
  osName: string;
  kernel: string;
  architecture: string;
  /** KiB. */
  memory: number;
  /** KiB free where packages and evidence go. */
  diskFree: number;
  /** Machine's clock minus this host's, seconds. */
  clockSkew: number;
  /** First candidate from which a program can be executed. */
  workDirectory: string | undefined;
  packageManager: 'apt-get' | 'dnf' | 'zypper' | undefined;
  hasSystemd: boolean;
  failedUnits: string[];
}

const script = String.raw`
set -u
. /etc/os-release
printf 'osId=%s\nosVersion=%s\nosName=%s\n' "$ID" "${'$'}{VERSION_ID:-}" "${'$'}{PRETTY_NAME:-$ID}"
printf 'kernel=%s\narchitecture=%s\n' "$(uname -r)" "$(uname -m)"
awk '$1 == "MemTotal:" { print "memory=" $2 }' /proc/meminfo
printf 'diskFree=%s\n' "$(df -Pk /var / | awk 'NR > 1 && (!min || $4 < min) { min = $4 } END { print min }')"
printf 'clock=%s\n' "$(date +%s)"
for directory in "$@"; do
  mkdir -p "$directory" && chmod 0700 "$directory" || continue
  printf '#!/bin/sh\nexit 0\n' >"$directory/probe" && chmod 0700 "$directory/probe"
  if [ -s "$directory/probe" ] && "$directory/probe" 2>/dev/null; then printf 'workDirectory=%s\n' "$directory"; rm -f "$directory/probe"; break; fi
  rm -f "$directory/probe"; rmdir "$directory" 2>/dev/null
done
for manager in apt-get dnf zypper; do command -v $manager >/dev/null && { printf 'packageManager=%s\n' $manager; break; }; done
[ -d /run/systemd/system ] && echo hasSystemd=1 || :
`;

/** /tmp is often noexec, and after hardening so may be /var/tmp. */
const workDirectories = ['/var/lib/cupel-build', '/root/.cupel-build', '/opt/cupel-build'];

export async function gatherFacts(target: Target): Promise<MachineFacts> {
  const asked = Date.now();
  const { stdout } = await target.run(script, { args: workDirectories });
  const now = (asked + Date.now()) / 2000;
  const facts = new Map(stdout.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  const text = (key: string): string => facts.get(key) ?? '';
  // Not told is not zero.
  const number = (key: string): number => (/^\d+$/.test(text(key)) ? Number(text(key)) : NaN);
  const manager = facts.get('packageManager');
  return {
    osId: text('osId'), osVersion: text('osVersion'), osName: text('osName'), kernel: text('kernel'), architecture: text('architecture'),
    memory: number('memory'), diskFree: number('diskFree'), clockSkew: number('clock') - now,
    workDirectory: facts.get('workDirectory'),
    packageManager: manager === 'apt-get' || manager === 'dnf' || manager === 'zypper' ? manager : undefined,
    hasSystemd: facts.has('hasSystemd'), failedUnits: facts.has('hasSystemd') ? await failedUnits(target) : [],
  };
}

/** SSG product → os-release ID and VERSION_ID; a product not listed is not checked here but by the content's own CPE. */
const systems: Readonly<Record<string, { id: string; version: RegExp }>> = {
  debian12: { id: 'debian', version: /^12$/ },
  debian13: { id: 'debian', version: /^13$/ },
  ubuntu2204: { id: 'ubuntu', version: /^22\.04$/ },
  ubuntu2404: { id: 'ubuntu', version: /^24\.04$/ },
  rhel8: { id: 'rhel', version: /^8(\.|$)/ },
  rhel9: { id: 'rhel', version: /^9(\.|$)/ },
  rhel10: { id: 'rhel', version: /^10(\.|$)/ },
  almalinux9: { id: 'almalinux', version: /^9(\.|$)/ },
  ol9: { id: 'ol', version: /^9(\.|$)/ },
  al2023: { id: 'amzn', version: /^2023$/ },
  sle15: { id: 'sles', version: /^15(\.|$)/ },
};

const mib = 1024;
/** oscap needs about 450 MB for a CIS profile of SCAP Security Guide. */
const memoryNeeded = 700 * mib;
const diskNeeded = 700 * mib;
const clockTolerance = 300;

/**
 * Refuses a machine on which the work could not succeed or would prove nothing.
 * @throws ConfigurationError `preflight-os` when baseline and machine do not belong together
 * @throws TargetError `preflight-facts`, `preflight-systemd`, `preflight-memory`, `target-disk-full`, `preflight-workdir`, `preflight-clock`
 */
export function checkFacts(facts: MachineFacts, product: string, name: string): asserts facts is MachineFacts & { workDirectory: string } {
  if (facts.osId === '' || Number.isNaN(facts.memory) || Number.isNaN(facts.diskFree) || Number.isNaN(facts.clockSkew)) {
    throw new TargetError('preflight-facts', `${name}: the machine does not tell its OS, memory, disk and clock`, { subject: name });
  }
  const system = systems[product];
  if (system === undefined ? !product.startsWith(facts.osId) : system.id !== facts.osId || !system.version.test(facts.osVersion)) {
    throw new ConfigurationError('preflight-os', `${name} runs ${facts.osName}, but the baseline is for ${product}`, {
      subject: name, remedy: 'give the baseline made for this system, or build from the image that the baseline is for',
    });
  }
  const refuse = (code: string, message: string, remedy: string): never => {
    throw new TargetError(code, `${name}: ${message}`, { subject: name, remedy });
  };
  if (!facts.hasSystemd) refuse('preflight-systemd', 'systemd is not running', 'Cupel works on systemd machines');
  if (facts.memory < memoryNeeded) refuse('preflight-memory', `${Math.round(facts.memory / mib)} MiB of memory, ${memoryNeeded / mib} needed`, 'give the builder more memory');
  if (facts.diskFree < diskNeeded) refuse('target-disk-full', `${Math.round(facts.diskFree / mib)} MiB free on disk, ${diskNeeded / mib} needed`, 'give the builder a larger disk');
  if (facts.workDirectory === undefined) refuse('preflight-workdir', `nothing can be executed from any of ${workDirectories.join(', ')}`, 'mount one of them without noexec');
  if (Math.abs(facts.clockSkew) > clockTolerance) refuse('preflight-clock', `its clock is ${Math.round(facts.clockSkew)} s off this host's`, 'set the clock: expiry dates and evidence depend on it');
}
