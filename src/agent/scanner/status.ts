import { ExitCode } from '../../errors.ts';
import { showRate } from '../../gate/index.ts';
import type { Platform } from '../platform/index.ts';
import type { ScanResult } from '../result.ts';
import { readBuild, readBuildVerdict } from './build-record.ts';
import type { Places } from './places.ts';
import type { Store } from './store.ts';

/** How the machine stands, as far as the last scan tells. */
export interface Status {
  state: 'accepted' | 'refused' | 'failed' | 'stale' | 'missing';
  /** Why it is neither accepted nor refused. */
  why: string | null;
  /** The last result, whole. */
  result: ScanResult | null;
  /** What the image was when it was built, from its own record: whom the machine cannot convince asks `cupel verify --host`. */
  hallmark: { image: string; run: string; baseline: string; content: string; verdict: string; pass_rate: number } | null;
}

/** The exporter calls a report stale from the same age on. */
export const staleAfterHours = 36;
/** A clock that was set back makes a report of the future. */
const futureMinutes = 5;

export function readStatus(platform: Platform, places: Places, store: Pick<Store, 'readResult' | 'arf'>, maxAgeHours: number): Status {
  const result = store.readResult() ?? null;
  const verdict = readBuildVerdict(platform, places);
  const build = readBuild(platform, places);
  const hallmark = build !== null && verdict !== undefined ? { ...build, verdict: verdict.verdict, pass_rate: verdict.pass_rate } : null;
  return { ...stateOf(platform, store, result, maxAgeHours), result, hallmark };
}

function stateOf(platform: Platform, store: Pick<Store, 'arf'>, result: ScanResult | null, maxAgeHours: number): Pick<Status, 'state' | 'why'> {
  if (result === null) return { state: 'missing', why: 'there is no result of a scan that could be read: cis-scanner scan' };
  if (result.scan.failure !== null) return { state: 'failed', why: `the last scan failed: ${result.scan.failure.message}` };
  if (result.report === null || platform.files.look(store.arf) === undefined) return { state: 'missing', why: 'the report of the last scan is gone: cis-scanner scan' };
  const age = platform.now() - Date.parse(result.report.finished);
  // Also for a time that is none.
  if (!(age <= maxAgeHours * 3_600_000)) return { state: 'stale', why: `the last scan was ${result.report.finished}, more than ${maxAgeHours} h ago` };
  if (age < -futureMinutes * 60_000) return { state: 'stale', why: `the last scan was ${result.report.finished}, which is yet to come: the clock was set` };
  return { state: result.report.verdict.verdict, why: null };
}

export function exitCodeOf({ state }: Status): ExitCode {
  return state === 'accepted' ? ExitCode.ok : state === 'refused' ? ExitCode.refused : ExitCode.evidence;
}

/** For people. */
export function renderStatus({ state, why, result, hallmark }: Status): string {
  const lines = [state === 'accepted' ? 'accepted: the machine meets its baseline' : state === 'refused' ? 'refused: the machine does not meet its baseline' : `${state}: ${why ?? ''}`];
  if (hallmark !== null) lines.push(`image      ${hallmark.image}, ${hallmark.verdict} when it was built (pass rate ${showRate(hallmark.pass_rate, 4)})`, `run        ${hallmark.run}`);
  const verdict = result?.report?.verdict;
  if (result?.report && verdict !== undefined) {
    const { baseline, content, counts, evaluated } = verdict;
    lines.push(
      `baseline   ${baseline.name}, content ${content.product} ${content.version}`,
      `scanned    ${result.report.finished}, ${result.scan.seconds.toFixed(1)} s, oscap ${result.scan.oscap ?? 'unknown'}, agent ${result.scan.agent}`,
      `rules      ${counts.pass + counts.fixed} of ${evaluated} passed (${showRate(verdict.pass_rate, 4)}), ${verdict.failing.length} failing, ${verdict.ignored.length} ignored`,
      ...(result.drift === null ? ['drift      unknown: the image holds no evidence of its build'] : [`drift      ${result.drift.length} rules passed when the image was built and fail now`]),
      ...verdict.reasons.map(({ message }) => `reason     ${message}`),
      ...verdict.failing.map(({ rule, severity, cis, title }) => `failing    ${rule} (${severity}${cis.length === 0 ? '' : `, CIS ${cis.join(', ')}`}${result.drift?.includes(rule) === true ? ', drift' : ''}): ${title}`),
    );
  }
  lines.push(...(result?.warnings ?? []).map((warning) => `warning    ${warning}`));
  return `${lines.join('\n')}\n`;
}
