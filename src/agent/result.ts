import type { Verdict } from '../gate/index.ts';

/** `/var/lib/cupel/result.json`: what the last scan found, or why it found nothing. Keys in this order. */
export interface ScanResult {
  schema: 'https://cupel.dev/schema/scan/v1';
  /** The last attempt. */
  scan: {
    success: boolean;
    /** ISO 8601. */
    started: string;
    finished: string;
    /** By a clock that is never set. */
    seconds: number;
    /** Version of oscap; null when it could not be asked. */
    oscap: string | null;
    agent: string;
    /** Why there is no new report; null when there is. */
    failure: ScanFailure | null;
  };
  /** The last report that could be judged: of this scan, or of an earlier one when this one failed. */
  report: { finished: string; verdict: Verdict } | null;
  /** Short ids of rules that passed in the build's evidence and fail in the report, ignored ones left out; null without that evidence. */
  drift: string[] | null;
  /** Lines of the ignore lists that do not hold, and why; last, why the textfile could not be written. */
  warnings: string[];
  /** The build's own record; null when there is none. */
  build: { image: string; baseline: string; content: string; run: string } | null;
}

export interface ScanFailure {
  /** kebab-case, stable. */
  code: string;
  message: string;
  remedy?: string;
}
