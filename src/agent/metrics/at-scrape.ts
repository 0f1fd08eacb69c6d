import { type Envelope, unwrap, type SeenFile } from './envelope.ts';
import type { Family } from './exposition.ts';

/** What is known at the moment somebody asks. */
export interface Moment {
  /** Seconds since 1970. */
  now: number;
  /** What the scanner left for the exporter; `undefined` when it is not there or cannot be read. */
  metrics: string | undefined;
  /** Whether the file is there, readable or not. */
  metricsPresent: boolean;
  /** A file as it is now; `undefined` when it is not there. Times in milliseconds. */
  look(path: string): { size: number; modified: number } | undefined;
  /** Age in seconds from which a report is stale. */
  staleAfter: number;
}

export interface Scrape {
  /** Families of the last scan, as in the envelope; empty without a whole file. */
  infos: Envelope['infos'];
  families: string;
  /** Those that depend on the clock and on what became of the files. */
  now: Family[];
}

/** A report that is missing, stale, half or of another baseline is a number, never silence. */
export function atScrape(moment: Moment): Scrape {
  const { now, metrics } = moment;
  const envelope = metrics === undefined ? undefined : unwrap(metrics);
  const age = envelope?.scanned === undefined ? undefined : now - envelope.scanned;
  // After a scan that failed there are metrics, and yet there may never have been a report.
  const files = (envelope?.files ?? []).map((file) => ({ ...file, found: moment.look(file.path) }));
  const report = files.filter(({ role }) => role === 'report');
  const baseline = files.filter(({ role }) => role === 'baseline');
  const present = envelope === undefined ? moment.metricsPresent : age !== undefined && all(report, ({ found }) => found !== undefined);
  return {
    infos: envelope?.infos ?? { text: '', openmetrics: '' },
    families: envelope?.families ?? '',
    now: [
      gauge('cis_report_present', 'Whether there is a report.', present),
      gauge('cis_report_readable', 'Whether the report is whole and as the scanner wrote it.', all(report, isUnchanged)),
      // A clock that was set back makes a report of the future, which is as little worth as an old one.
      gauge('cis_report_stale', 'Whether the report is older than the limit, from the future, or not there.', age === undefined || age > moment.staleAfter || age < -300),
      // After a failed scan nobody knows what it would have been judged by.
      ...(baseline.length > 0 ? [gauge('cis_report_baseline_current', 'Whether the report was judged by the baseline that is on the machine now.', all(baseline, isUnchanged))] : []),
      { name: 'cis_report_age_seconds', help: 'Age of the report.', samples: age === undefined ? [] : [{ value: Math.round(age) }] },
      { name: 'cis_ignores_expired', help: 'Ignored rules that are not met and whose entry expired since the scan: they count in the next one.', samples: envelope === undefined ? [] : [{ value: envelope.expiries.filter((at) => at <= now).length }] },
    ],
  };
}

interface FoundFile extends SeenFile {
  found: ReturnType<Moment['look']>;
}

/** Nothing known of such a file is as bad as a file that is gone. */
function all(files: readonly FoundFile[], holds: (file: FoundFile) => boolean): boolean {
  return files.length > 0 && files.every(holds);
}

function isUnchanged({ found, size, modified }: FoundFile): boolean {
  return found?.size === size && found.modified === modified;
}

function gauge(name: string, help: string, value: boolean): Family {
  return { name, help, samples: [{ value: value ? 1 : 0 }] };
}
