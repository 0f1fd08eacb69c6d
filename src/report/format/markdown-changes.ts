import { showRate } from '../../gate/index.ts';
import type { Change, Comparison, RuleChange } from '../model.ts';
import { markdownCode, markdownText } from './markdown-text.ts';

const most = 60;

/** What changed between two assays, as Markdown. @param level the heading, `##` or `###` */
export function changesMarkdown(comparison: Comparison, level: string): string {
  const { before, after, regression } = comparison;
  const head = `${level} ${regression ? '❌ Regression' : 'Changes'}: ${markdownText(before.name)} → ${markdownText(after.name)}`;
  const parts = [
    head,
    comparison.subject.length === 0 ? '' : `> ⚠️ Not the same yardstick: ${comparison.subject.map(change).join('; ')}`,
    `Pass rate ${showRate(before.passRate)} → **${showRate(after.passRate)}**, failing ${before.failing} → **${after.failing}**.`,
    rules('Newly failing', comparison.newlyFailing),
    rules('Newly passing', comparison.newlyPassing),
    rules('Newly ignored', comparison.newlyIgnored),
    rules('No longer ignored', comparison.noLongerIgnored),
    rules('Otherwise changed', comparison.otherwise),
    rules('Only before', comparison.onlyBefore),
    rules('Only after', comparison.onlyAfter),
    lines('Values', comparison.values.map(change)),
    lines('Packages', (comparison.packages ?? []).map(change)),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function rules(title: string, changes: readonly RuleChange[]): string {
  return lines(title, changes.map(({ rule, title: name, severity, cis, from, to, ignore }) => {
    const words = [markdownCode(rule), cis.length > 0 ? `(CIS ${cis.map((section) => markdownText(section)).join(', ')})` : '', `${severity}, ${from ?? 'not evaluated'} → ${to ?? 'not evaluated'}`];
    const by = ignore === undefined ? '' : `, until ${ignore.expires}, ${markdownText(ignore.owner, 60)}: ${markdownText(ignore.reason, 160)}`;
    return `${words.filter((word) => word !== '').join(' ')}${by}${name === '' ? '' : ` — ${markdownText(name, 120)}`}`;
  }));
}

function lines(title: string, all: readonly string[]): string {
  if (all.length === 0) return '';
  const shown = all.slice(0, most).map((line) => `- ${line}`);
  return `**${title}: ${all.length}**\n\n${[...shown, ...(all.length > most ? [`- … and ${all.length - most} more`] : [])].join('\n')}`;
}

function change({ name, from, to }: Change): string {
  const show = (value: string | undefined): string => (value === undefined ? '–' : markdownText(value, 120));
  return `${markdownCode(name)} ${show(from)} → ${show(to)}`;
}
