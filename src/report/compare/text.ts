import { showRate } from '../../gate/index.ts';
import { changesMarkdown } from '../format/markdown-changes.ts';
import type { Change, Comparison, RuleChange } from '../model.ts';
import { wrap } from '../text.ts';

/** What a person reads in a terminal: at most 100 columns, no cursor codes, newline at the end. */
export function renderComparison(comparison: Comparison): string {
  const { before, after, subject, regression } = comparison;
  const sections = [
    subject.length === 0 ? [] : ['Not the same yardstick: the results below may differ for that alone', ...subject.flatMap(changeLine)],
    [
      `${regression ? 'REGRESSION' : 'NO REGRESSION'}  ${before.name} → ${after.name}`,
      `  pass rate ${showRate(before.passRate)} → ${showRate(after.passRate)}, evaluated ${before.evaluated} → ${after.evaluated}, failing ${before.failing} → ${after.failing}`,
      ...(before.verdict === undefined && after.verdict === undefined ? [] : [`  verdict ${before.verdict ?? 'not judged'} → ${after.verdict ?? 'not judged'}`]),
    ],
    rules('Newly failing', comparison.newlyFailing),
    rules('Newly passing', comparison.newlyPassing),
    rules('Newly ignored', comparison.newlyIgnored),
    rules('No longer ignored', comparison.noLongerIgnored),
    rules('Otherwise changed', comparison.otherwise),
    rules('Evaluated before only', comparison.onlyBefore),
    rules('Evaluated after only', comparison.onlyAfter),
    titled('Values', comparison.values.slice(0, listed).flatMap(changeLine), comparison.values.length),
    comparison.packages === undefined ? ['Packages: not compared, for one of the two has no SBOM'] : titled('Packages', comparison.packages.slice(0, listed).flatMap(changeLine), comparison.packages.length),
  ];
  return `${sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** The same for a pull request. */
export function renderComparisonMarkdown(comparison: Comparison): string {
  return `${changesMarkdown(comparison, '##')}\n`;
}

/** The same for a program. */
export function renderComparisonJson(comparison: Comparison): string {
  return `${JSON.stringify({ schema: 'https://cupel.dev/schema/comparison/v1', ...comparison }, null, 2)}\n`;
}

/** More are counted: --json has them all. */
const listed = 40;

function rules(title: string, changes: readonly RuleChange[]): string[] {
  return titled(title, changes.slice(0, listed).flatMap(({ rule, title: name, severity, cis, from, to, ignore }) => [
    ...wrap([severity, `${from ?? '–'} → ${to ?? '–'}`, rule, cis.length > 0 ? `(CIS ${cis.join(', ')})` : ''].filter((word) => word !== '').join(' '), '  - ', '    '),
    ...(name === '' ? [] : wrap(name, '    ', '    ')),
    ...(ignore === undefined ? [] : wrap(`ignored until ${ignore.expires}, ${ignore.owner}: ${ignore.reason}`, '    > ', '      ')),
  ]), changes.length);
}

function titled(title: string, lines: readonly string[], count: number): string[] {
  return count === 0 ? [] : [`${title}: ${count}`, ...lines, ...(count > listed ? [`  … and ${count - listed} more`] : [])];
}

function changeLine({ name, from, to }: Change): string[] {
  return wrap(`${name}: ${from ?? '–'} → ${to ?? '–'}`, '  - ', '    ');
}
