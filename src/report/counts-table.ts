import { showRate, type Counts, type Tally, type Verdict } from '../gate/index.ts';

type Counted = Pick<Tally, 'counts' | 'evaluated' | 'pass_rate' | 'by_severity'>;
interface Row {
  label: string;
  value: (of: Counted) => string;
}

const words = ['fail', 'error', 'unknown', 'notchecked'] as const;
const failures = (counts: Counts): number => words.reduce((sum, word) => sum + counts[word], 0);
const evaluated = (counts: Counts): number => counts.pass + counts.fixed + failures(counts);

const rows: readonly Row[] = [
  { label: 'pass rate', value: ({ pass_rate }) => showRate(pass_rate) },
  { label: 'evaluated', value: (of) => String(of.evaluated) },
  { label: 'passed', value: ({ counts }) => String(counts.pass + counts.fixed) },
  ...words.map((word): Row => ({ label: word, value: ({ counts }) => String(counts[word]) })),
  { label: 'not applicable', value: ({ counts }) => String(counts.notapplicable) },
  ...(['high', 'medium', 'low', 'unknown'] as const).map((severity): Row => ({
    label: `${severity} failing`,
    value: ({ by_severity }) => `${failures(by_severity[severity])} of ${evaluated(by_severity[severity])}`,
  })),
];

/** One line per number; with `before`, "before → after" in two columns. */
export function countsTable(after: Verdict, before: Tally | undefined): string[] {
  const head = before === undefined ? [] : [line('', 'before', 'after')];
  return [...head, ...rows.map(({ label, value }) => line(label, before === undefined ? undefined : value(before), value(after)))];
}

function line(label: string, before: string | undefined, after: string): string {
  const start = `  ${label.padEnd(16)}`;
  return before === undefined ? `${start}${after.padStart(10)}` : `${start}${before.padStart(10)}  ${label === '' ? ' ' : '→'} ${after.padStart(10)}`;
}
