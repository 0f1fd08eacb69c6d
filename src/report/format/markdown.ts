import { showRate, type Tally } from '../../gate/index.ts';
import type { ReportModel, ReportRule } from '../model.ts';
import { changesMarkdown } from './markdown-changes.ts';
import { markdownCode, markdownText } from './markdown-text.ts';
import { findingLines } from './words.ts';

/** A comment on GitHub holds 65,536 characters; a step summary, 1 MiB, holds this too. */
export const mostMarkdown = 60_000;

/**
 * A summary for a pull request or `$GITHUB_STEP_SUMMARY`: the decision and why, the counts, what changed, what fails,
 * what is ignored. Cut, and says so, where it would grow beyond `limit` characters.
 */
export function renderMarkdown(model: ReportModel, limit = mostMarkdown): string {
  const fixed = [headline(model), notices(model), reasons(model), counts(model), comparison(model), ignored(model), identity(model)];
  const rest = limit - fixed.reduce((sum, part) => sum + part.length + 2, 0);
  const [head, said, why, numbers, changed, left, who] = fixed;
  return `${[head, said, why, numbers, changed, failing(model, rest), left, who].filter((part) => part !== undefined && part !== '').join('\n\n')}\n`;
}

function headline({ verdict, identity, tally }: ReportModel): string {
  const word = verdict === undefined ? '⚪ Not judged' : verdict.verdict === 'accepted' ? '✅ Accepted' : '❌ Refused';
  const by = identity.baseline === undefined ? '' : ` by ${markdownCode(identity.baseline.name)}`;
  return `## ${word}: ${markdownText(identity.target)}${by}\n\nPass rate **${showRate(tally.pass_rate)}** (${tally.counts.pass + tally.counts.fixed} of ${tally.evaluated} rules).`;
}

function notices(model: ReportModel): string {
  return model.notices.map(({ message }) => `> ⚠️ ${markdownText(message)}`).join('\n');
}

function reasons({ verdict }: ReportModel): string {
  if (verdict === undefined || verdict.reasons.length === 0) return '';
  return `**Why it was refused**\n\n${list(verdict.reasons.map(({ message }) => markdownText(message)), 30)}`;
}

function counts({ before, tally }: ReportModel): string {
  const severities = ['high', 'medium', 'low', 'unknown'] as const;
  const failures = ({ by_severity }: Tally, severity: (typeof severities)[number]): number => {
    const of = by_severity[severity];
    return of.fail + of.error + of.unknown + of.notchecked;
  };
  const rows: [string, (of: Tally) => string][] = [
    ['pass rate', (of) => showRate(of.pass_rate)],
    ['passed', (of) => String(of.counts.pass + of.counts.fixed)],
    ...severities.map((severity): [string, (of: Tally) => string] => [`failing, ${severity}`, (of) => String(failures(of, severity))]),
    ['not applicable', (of) => String(of.counts.notapplicable)],
  ];
  const head = before === undefined ? '| | |\n|---|---:|' : '| | before hardening | now |\n|---|---:|---:|';
  return `${head}\n${rows.map(([label, of]) => `| ${label} |${before === undefined ? '' : ` ${of(before)} |`} ${of(tally)} |`).join('\n')}`;
}

function comparison({ comparison: compared }: ReportModel): string {
  return compared === undefined ? '' : changesMarkdown(compared, '###');
}

/** As many failing rules as there is room for, the severest first. */
function failing({ rules }: ReportModel, room: number): string {
  const order = ['high', 'medium', 'low', 'info', 'unknown'];
  const failed = rules.filter(({ standing }) => standing === 'failed').sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  if (failed.length === 0) return '';
  const head = `### Failing: ${failed.length}\n\n| CIS | rule | severity | result | why |\n|---|---|---|---|---|`;
  let text = head;
  for (const [at, rule] of failed.entries()) {
    const row = `\n| ${rule.cis.map((section) => markdownText(section)).join(', ')} | ${markdownText(rule.title === '' ? rule.rule : rule.title)}<br>${markdownCode(rule.rule)} | ${rule.severity} | ${rule.result}${rule.reverted ? ' (fix rolled back)' : ''} | ${why(rule)} |`;
    if (text.length + row.length > room - 60) return `${text}\n\n… and ${failed.length - at} more; the full report has them.`;
    text += row;
  }
  return text;
}

function why({ messages, findings }: ReportRule): string {
  const [first] = findings;
  const lines = [...messages.slice(-1), ...(first === undefined ? [] : findingLines(first).slice(0, 4))];
  return lines.map((line) => markdownText(line, 160)).join('<br>');
}

function ignored(model: ReportModel): string {
  const entries = model.ignored.filter(({ result }) => result !== undefined && result !== 'notselected');
  if (entries.length === 0) return '';
  const rows = entries.slice(0, 60).map(({ rule, result, owner, expires, expired, reason }) =>
    `| ${markdownCode(rule)} | ${result ?? ''} | ${expires}${expired ? ' **expired**' : ''} | ${markdownText(owner, 60)} | ${markdownText(reason, 160)} |`);
  return `<details><summary>Ignored, not counted: ${entries.length}</summary>\n\n| rule | result | until | owner | reason |\n|---|---|---|---|---|\n${rows.join('\n')}${entries.length > 60 ? `\n\n… and ${entries.length - 60} more` : ''}\n\n</details>`;
}

function identity({ identity: of, signature }: ReportModel): string {
  const signed = signature.state === 'unsigned' ? 'not signed' : `${signature.state === 'verified' ? 'signature verified' : 'signature not checked'}, key ${signature.keyid.slice(0, 16)}${signature.development ? ' (development key)' : ''}`;
  return `<sub>content ${markdownText(of.content.product)} ${markdownText(of.content.version)} · ${markdownText(of.profile)} · run ${markdownText(of.run === '' ? 'unknown' : of.run)} · ${markdownText(of.ended)} · ${signed}</sub>`;
}

function list(lines: readonly string[], most: number): string {
  const shown = lines.slice(0, most).map((line) => `- ${line}`);
  return [...shown, ...(lines.length > most ? [`- … and ${lines.length - most} more`] : [])].join('\n');
}
