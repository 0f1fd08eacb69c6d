import { blindness } from '../../assay/blind.ts';
import type { Assay } from '../../assay/model.ts';
import { EvidenceError } from '../../errors.ts';
import type { Platform } from '../platform/index.ts';
import { readArf } from './arf.ts';
import type { Places } from './places.ts';
import type { Subject } from './subject.ts';

/** 0: all passed, 2: something did not; 1 means that oscap could not evaluate. */
const evaluated = new Set([0, 2]);

/** Seconds: less than the unit has, so that a scan that takes too long is written down as one that failed. */
const limit = '1500';

/** @returns for example `1.3.7` @throws EvidenceError `oscap-missing` */
export function oscapVersion(platform: Platform): string {
  const { exitCode, stdout } = platform.run(['oscap', '--version']);
  const version = /\d+\.\d+\.\d+/.exec(stdout)?.[0];
  if (exitCode !== 0 || version === undefined) throw new EvidenceError('oscap-missing', 'there is no oscap on this machine', { remedy: 'install the package openscap-scanner' });
  return version;
}

/**
 * One `oscap xccdf eval`, niced, its ARF read.
 * @param run put into the ARF as the evaluated target's identifier
 * @param arf where the ARF goes; it stays there
 * @throws EvidenceError `oscap-missing`, `oscap-stalled`, `oscap-too-long`, `oscap-failed`, `oscap-blind`, and what reading the ARF throws
 */
export function evaluate(platform: Platform, places: Places, subject: Subject, run: string, arf: string): Assay {
  const { baseline, content } = subject;
  const seconds = platform.env('RUN_OSCAP_LIMIT') ?? limit;
  const begun = platform.monotonic();
  const { exitCode, stderr } = platform.run([
    'nice', '-n', '10', `${places.programs}/libexec/run-oscap`, 'xccdf', 'eval', '--skip-validation', '--profile', baseline.tailoredProfile, '--tailoring-file', places.tailoring,
    '--results-arf', arf, content.path,
    // oscap runs SCE scripts through `oscap-run-sce-script` where /tmp is noexec; Debian ships that in a package of its own.
  ], { env: { OSCAP_EVALUATION_TARGET: run, RUN_OSCAP_LIMIT: seconds, PATH: `${places.programs}/libexec:${platform.env('PATH') ?? '/usr/sbin:/usr/bin:/sbin:/bin'}` }, stdout: { take: () => undefined } });
  if (exitCode === 127) throw new EvidenceError('oscap-missing', 'there is no oscap on this machine', { remedy: 'install the package openscap-scanner' });
  // It counts in whole seconds.
  if (exitCode === 124 && platform.monotonic() - begun > (Number(seconds) - 1) * 1000) {
    throw new EvidenceError('oscap-too-long', `oscap was still at work after ${seconds} s and was stopped`, { remedy: 'look at what it does (ps, a large file system?); RUN_OSCAP_LIMIT in the environment gives it more seconds, TimeoutStartSec= of cis-scanner.service the unit' });
  }
  if (exitCode === 124) throw new EvidenceError('oscap-stalled', 'oscap stalled three times and was stopped', { remedy: 'scan again; when it happens every time, oscap waits for something on this machine' });
  const blind = blindness(stderr);
  if (blind !== undefined) throw new EvidenceError('oscap-blind', `oscap cannot tell which packages are installed: ${blind}`, { remedy: 'look at what `apt-get check` or `rpm --verifydb` says: a broken file in /etc/apt/apt.conf.d, a damaged database of packages' });
  if (!evaluated.has(exitCode)) {
    const full = /No space left on device/i.test(stderr);
    const words = stderr.trim().split('\n').slice(-3).join('; ');
    throw new EvidenceError(full ? 'disk-full' : 'oscap-failed', `oscap could not evaluate (exit ${exitCode})${words === '' ? '' : `: ${words}`}`, {
      remedy: full ? 'make room on the file system of /var/lib/cupel and of /tmp' : exitCode === 137 ? 'it was killed: oscap needs about 300 MB of memory' : 'look at what oscap said; the content may be damaged',
    });
  }
  return readArf(platform, arf);
}
