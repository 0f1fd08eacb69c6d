import type { Field, Finding, ProseBlock, ReportRule } from '../model.ts';

/** Blocks of the content as plain text: a blank line between them, code indented. */
export function plainProse(blocks: readonly ProseBlock[]): string {
  return blocks.map(({ kind, text }) => (kind === 'code' ? text.replace(/^/gm, '    ') : kind === 'item' ? `- ${text}` : text)).join('\n\n');
}

/** Everything that is known about why a rule does not pass, as lines of plain text; '' for one that passes. */
export function whyItFails(rule: ReportRule): string {
  const lines = [
    ...(rule.reverted ? ['its fix locked the builder out and was rolled back'] : []),
    ...rule.messages,
    ...rule.findings.flatMap(findingLines),
    ...(rule.moreFindings > 0 ? [`… and ${rule.moreFindings} more tests`] : []),
  ];
  return lines.join('\n');
}

/** One finding in one line and, below it, what was expected and found. */
export function findingLines(finding: Finding): string[] {
  const { comment, test, result, object, expected, items, moreItems, messages } = finding;
  const lines = [`${comment === '' ? test : comment}: ${outcome(finding)}`];
  if (object.length > 0) lines.push(`  looked for: ${object.map(fieldText).join(', ')}`);
  if (expected.length > 0) lines.push(`  expected: ${expected.map(fieldText).join(', ')}`);
  for (const item of items) lines.push(`  found: ${item.fields.length > 0 ? item.fields.map(fieldText).join(', ') : `${item.kind} (${item.status})`}`);
  if (items.length === 0 && result !== 'error') lines.push('  found: nothing');
  if (moreItems > 0) lines.push(`  … and ${moreItems} more`);
  return [...lines, ...messages.map((message) => `  ${message}`)];
}

function outcome({ result, negated }: Finding): string {
  if (result === 'true' || result === 'false') return negated ? 'is so, and must not be' : 'is not so';
  return result;
}

export function fieldText({ name, operation, value }: Field): string {
  if (operation === '' || operation === 'equals') return `${name} = ${value}`;
  return `${name} ${operation} ${value}`;
}

/** What was found, in one text; for formats that have one field for it. */
export function actualValue(rule: ReportRule): string {
  return rule.standing === 'passed' ? rule.result : whyItFails(rule) || rule.result;
}

/** What should have been found, in one text. */
export function policyValue(rule: ReportRule): string {
  const expected = rule.findings.flatMap((finding) => finding.expected.map(fieldText));
  return expected.length > 0 ? [...new Set(expected)].join('\n') : 'pass';
}

/** How to repair it: by hand as the content says, or by the fix. */
export function solution(rule: ReportRule): string {
  const text = plainProse(rule.text?.description ?? []);
  const script = rule.fix?.script;
  return [text, script === undefined ? '' : `Fix (shell):\n${script.trimEnd()}`].filter((part) => part !== '').join('\n\n');
}

export function secondsBetween(start: string, end: string): number {
  const seconds = (Date.parse(end) - Date.parse(start)) / 1000;
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
}
