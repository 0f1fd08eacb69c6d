import type { Assay } from '../assay/model.ts';
import type { Tally, Verdict } from '../gate/index.ts';
import { countsTable } from './counts-table.ts';
import { duration, wrap } from './text.ts';

export interface HardeningSummary {
  /** Steps taken, in all passes. */
  steps: number;
  passes: number;
  /** Short ids of rules whose fix was rolled back because it locked the builder out. */
  reverted: readonly string[];
  /** Short ids of rules that each pass changed back. */
  oscillating: readonly string[];
}

export interface SummaryInput {
  verdict: Verdict;
  /** The counts before hardening; without it there is one column. */
  before?: Tally;
  hardening?: HardeningSummary;
  /** Where the messages of failing rules are taken from. */
  assay?: Pick<Assay, 'rules'>;
  /** The evidence directory. */
  evidencePath?: string;
  /** Wall time of the whole run. */
  seconds?: number;
}

/** More failing rules than this are counted, not listed: the verdict has them all. */
const listed = 40;

/**
 * What a person reads at a glance: the decision and why, before → after, what still fails, what was
 * ignored, where the evidence is. Plain text, at most 100 columns, no cursor codes, newline at the end.
 */
export function renderSummary(input: SummaryInput): string {
  const sections = [
    headline(input),
    reasons(input.verdict),
    countsTable(input.verdict, input.before),
    hardening(input.hardening),
    stillFailing(input),
    ignored(input.verdict),
    evidence(input.evidencePath),
  ];
  return `${sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headline({ verdict, seconds }: SummaryInput): string[] {
  const took = seconds === undefined ? '' : `  in ${duration(seconds)}`;
  return [
    `${verdict.verdict.toUpperCase()}  ${verdict.target} by ${verdict.baseline.name}${took}`,
    `  content ${verdict.content.product} ${verdict.content.version}${verdict.run === '' ? '' : `, run ${verdict.run}`}`,
  ];
}

function reasons(verdict: Verdict): string[] {
  if (verdict.reasons.length === 0) return [];
  return ['Why it was refused', ...verdict.reasons.slice(0, listed).flatMap(({ code, message }) => wrap(`${message} [${code}]`, '  - ', '    ')), ...more(verdict.reasons.length)];
}

function hardening(stats: HardeningSummary | undefined): string[] {
  if (stats === undefined) return [];
  const lines = [`Hardened with ${stats.steps} ${stats.steps === 1 ? 'step' : 'steps'} in ${stats.passes} ${stats.passes === 1 ? 'pass' : 'passes'}`];
  if (stats.reverted.length > 0) lines.push(...wrap(`rolled back, they locked the builder out: ${stats.reverted.join(', ')}`, '  ', '    '));
  if (stats.oscillating.length > 0) lines.push(...wrap(`undone by each other in every pass: ${stats.oscillating.join(', ')}`, '  ', '    '));
  return lines;
}

function stillFailing({ verdict, assay, hardening: stats }: SummaryInput): string[] {
  const { failing } = verdict;
  if (failing.length === 0) return [];
  const messages = new Map(assay?.rules.map(({ rule, messages: said }) => [rule, said.at(-1) ?? '']));
  const entries = failing.slice(0, listed).flatMap(({ rule, severity, cis, title, result }) => {
    const message = stats?.reverted.includes(rule) === true ? 'its fix locked the builder out and was rolled back' : messages.get(rule) ?? '';
    return [
      ...wrap([severity, result, rule, cis.length > 0 ? `(CIS ${cis.join(', ')})` : ''].filter((word) => word !== '').join(' '), '  - ', '    '),
      ...(title === '' ? [] : wrap(title, '    ', '    ')),
      ...(message === '' ? [] : wrap(message, '    > ', '      ')),
    ];
  });
  return [`Still failing: ${failing.length}`, ...entries, ...more(failing.length)];
}

function ignored(verdict: Verdict): string[] {
  // Shared ignore lists name rules that this profile does not even select.
  const entries = verdict.ignored.filter(({ result }) => result !== 'notselected');
  if (entries.length === 0) return [];
  return [
    `Ignored, not counted: ${entries.length}`,
    ...entries.flatMap(({ rule, result, reason, owner, expires }) => [
      ...wrap(`${rule} (${result}), until ${expires}, ${owner}`, '  - ', '    '),
      ...wrap(reason, '    ', '    '),
    ]),
  ];
}

function evidence(path: string | undefined): string[] {
  return path === undefined ? [] : [`Evidence: ${path}`];
}

function more(count: number): string[] {
  return count > listed ? [`  … and ${count - listed} more`] : [];
}
