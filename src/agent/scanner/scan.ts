import type { Assay } from '../../assay/model.ts';
import { judge, type Verdict } from '../../gate/index.ts';
import { ignoresAt } from '../../gate/ignores.ts';
import { renderRemediation } from '../../harden/remediation.ts';
import type { Platform } from '../platform/index.ts';
import type { ScanResult } from '../result.ts';
import { driftFrom, readBuild } from './build-record.ts';
import { commit } from './commit.ts';
import type { Complete, Found } from './complete.ts';
import { type Configuration, readConfiguration } from './configuration.ts';
import { failureOf } from './failure.ts';
import { gatherFixes, readValues } from './fixes.ts';
import { evaluate, oscapVersion } from './oscap.ts';
import type { Places } from './places.ts';
import type { Store } from './store.ts';
import { readSubject, type Subject } from './subject.ts';

export type { Complete } from './complete.ts';

/**
 * One scan. A failed one is a result, too: it says why, and what the last report was stays.
 * @param store locked
 * @throws SystemError when not even the failure can be written down
 */
export function scan(platform: Platform, places: Places, store: Store): { result: ScanResult; complete: Complete } | { result: ScanResult; error: unknown } {
  const started = platform.now();
  const begun = platform.monotonic();
  const attempt: { configuration?: Configuration; oscap: string | null; subject?: Subject } = { oscap: null };
  const conclude = (success: ScanResult['scan']['failure'], rest: Pick<ScanResult, 'report' | 'drift'>): ScanResult => ({
    schema: 'https://cupel.dev/schema/scan/v1',
    scan: {
      success: success === null, started: iso(started), finished: iso(platform.now()), seconds: Math.round(platform.monotonic() - begun) / 1000,
      oscap: attempt.oscap, agent: platform.version, failure: success,
    },
    ...rest,
    warnings: attempt.subject?.warnings ?? [],
    build: readBuild(platform, places),
  });
  try {
    store.prepareWork();
    attempt.configuration = readConfiguration(platform, places.configuration);
    attempt.subject = readSubject(platform, places);
    attempt.oscap = oscapVersion(platform);
    const found = findOut(platform, places, store, attempt.subject);
    const result = conclude(null, { report: { finished: iso(platform.now()), verdict: found.verdict }, drift: found.drift });
    return { result: commit(platform, store, result, found, attempt.configuration), complete: found };
  } catch (error) {
    // First what takes room: the disk may be full of it.
    store.clearWork();
    store.prepareWork();
    const before = store.readResult();
    const result = conclude(failureOf(error), { report: before?.report ?? null, drift: before?.drift ?? null });
    return { result: commit(platform, store, result, undefined, attempt.configuration), error };
  } finally {
    store.clearWork();
  }
}

/** The same, where nothing can go on without its result. @throws what made the scan fail */
export function scanOrThrow(platform: Platform, places: Places, store: Store): Complete {
  const scanned = scan(platform, places, store);
  if ('error' in scanned) throw scanned.error;
  return scanned.complete;
}

function findOut(platform: Platform, places: Places, store: Store, subject: Subject): Found {
  const run = platform.files.readText('/proc/sys/kernel/random/uuid', 64).trim();
  const host = platform.files.readText('/proc/sys/kernel/hostname', 256).trim();
  const arf = `${store.work}/arf.xml`;
  const assay = evaluate(platform, places, subject, run, arf);
  const asOf = new Date(platform.now());
  const verdict = judge(assay, subject.baseline, { run, target: host, content: subject.content, asOf, requireRun: true });
  const compressed = store.compress(arf);
  const ignored = ignoresAt(subject.baseline, asOf).active;
  const known = new Set(assay.rules.map(({ rule }) => rule));
  for (const { rule, source } of subject.baseline.ignore.filter((entry) => !known.has(entry.rule))) subject.warnings.push(`${source}: there is no rule ${rule} in the content: nothing is ignored by it`);
  return {
    subject, assay, verdict, arf: compressed,
    drift: driftFrom(platform, places, assay.rules, new Set(ignored.keys())),
    remediation: remediationFor(platform, places, store, subject, assay, verdict, [...ignored.values()]),
  };
}

function remediationFor(platform: Platform, places: Places, store: Store, subject: Subject, assay: Assay, verdict: Verdict, ignore: Subject['baseline']['ignore']): string {
  const needed = verdict.failing.length > 0;
  const fixes = needed ? gatherFixes(platform, places, subject, store.work) : new Map<string, never>();
  const identity = `${verdict.target}, scan ${verdict.run}, baseline ${verdict.baseline.name}`;
  return renderRemediation(assay, { ...subject.baseline, ignore }, fixes, needed ? readValues(platform, places) : {}, identity);
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
