import { wrap } from '../text.ts';
import type { Match, NessusComparison } from './model.ts';

/** More are counted: --json has them all. */
const listed = 60;

/** What a person reads: the versions first, then what both say. At most 100 columns, newline at the end. */
export function renderNessusComparison(comparison: NessusComparison): string {
  const { host, target, theirs, ours, sameVersion, agreements, disagreements, undecided, onlyNessus, onlyHere } = comparison;
  const version = (of: string): string => (of === '' ? 'unknown version' : `v${of}`);
  const yardstick = [
    ...(sameVersion === false ? ['Not the same benchmark version: sections may have moved, and results differ for that alone'] : []),
    ...(sameVersion === undefined ? ['The version of one of the benchmarks is not known: sections may mean different things'] : []),
    ...wrap(`Nessus: ${theirs.name} ${version(theirs.version)}${theirs.profile === '' ? '' : `, ${theirs.profile}`}`, '  ', '    '),
    ...wrap(`Cupel:  ${ours.name} ${version(ours.version)}, ${ours.profile}`, '  ', '    '),
  ];
  const sections = [
    yardstick,
    [
      ...wrap(`${disagreements.length === 0 ? 'AGREES' : 'DISAGREES'}  Nessus on ${host}, Cupel on ${target}`, '', '  '),
      `  agreements ${agreements.length}, disagreements ${disagreements.length}, undecided ${undecided.length}, only Nessus ${onlyNessus.length}, only Cupel ${onlyHere.length}`,
    ],
    matches('Disagreements', disagreements),
    matches('Decided by one of them only', undecided.filter(isHalf)),
    lines('Only in the Nessus export', onlyNessus.map(({ section, title, result }) => `${section} ${title}: ${result}`)),
    lines('Only here', onlyHere.map(({ section, title, rule, result }) => `${section} ${title} (${rule}): ${result}`)),
  ];
  return `${sections.filter((part) => part.length > 0).map((part) => part.join('\n')).join('\n\n')}\n`;
}

/** What neither of them decides is counted above, and needs nobody's eye. */
function isHalf({ nessus, ours }: Match): boolean {
  return ours !== 'open' || nessus === 'PASSED' || nessus === 'FAILED';
}

function matches(title: string, all: readonly Match[]): string[] {
  if (all.length === 0) return [];
  return [`${title}: ${all.length}`, ...all.slice(0, listed).flatMap((match) => [
    ...wrap(`${match.section} ${match.title}${match.by === 'title' ? ' (by title: the sections differ)' : ''}`, '  - ', '    '),
    ...match.checks.flatMap(({ title: name, result, actual }) => wrap(`Nessus ${result}${match.checks.length > 1 ? ` ${name}` : ''}${actual === '' || result === 'PASSED' ? '' : `: ${actual.slice(0, 200)}`}`, '    ', '      ')),
    ...match.rules.flatMap(({ rule, result, ignored }) => wrap(`Cupel  ${result}${ignored ? ' (ignored)' : ''} ${rule}`, '    ', '      ')),
  ]), ...more(all.length)];
}

function lines(title: string, all: readonly string[]): string[] {
  return all.length === 0 ? [] : [`${title}: ${all.length}`, ...all.slice(0, listed).flatMap((line) => wrap(line, '  - ', '    ')), ...more(all.length)];
}

function more(count: number): string[] {
  return count > listed ? [`  … and ${count - listed} more`] : [];
}
