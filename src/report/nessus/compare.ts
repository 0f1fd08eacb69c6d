import type { ReportModel, ReportRule } from '../model.ts';
import type { Match, NessusComparison, NessusHost, NessusItem, NessusWord } from './model.ts';

/**
 * Holds what Nessus found on a host against an assay. Pure. The two write different titles and cut a recommendation of
 * CIS into different checks, so what is compared is the whole of a section; within it, checks and rules of the same title
 * stand for themselves. A check whose section is not here is found by its title, where that is unambiguous.
 */
export function compareNessus(host: NessusHost, report: ReportModel): NessusComparison {
  const { identity } = report;
  const ours = { name: identity.standard?.title ?? identity.benchmark, version: identity.standard?.version ?? '', profile: identity.profile };
  const left = { items: new Set(host.items), rules: new Set(report.rules) };
  const matches = [...byBoth(left), ...bySection(left), ...byTitle(left)].sort((a, b) => bySections(a.section, b.section));
  const decided = (match: Match): boolean => match.ours !== 'open' && (match.nessus === 'PASSED' || match.nessus === 'FAILED');
  const agrees = (match: Match): boolean => decided(match) && (match.nessus === 'PASSED') === (match.ours === 'passed');
  return {
    host: host.name, target: identity.target, theirs: host.benchmark, ours,
    sameVersion: host.benchmark.version === '' || ours.version === '' ? undefined : host.benchmark.version === ours.version,
    agreements: matches.filter(agrees),
    disagreements: matches.filter((match) => decided(match) && !agrees(match)),
    undecided: matches.filter((match) => !decided(match)),
    onlyNessus: [...left.items].sort((a, b) => bySections(a.section, b.section)),
    onlyHere: [...left.rules].map(({ rule, title, cis, result }) => ({ rule, title, section: cis[0] ?? '', result })).sort((a, b) => bySections(a.section, b.section)),
  };
}

interface Left {
  items: Set<NessusItem>;
  rules: Set<ReportRule>;
}

function byBoth(left: Left): Match[] {
  const rules = grouped(left.rules, (rule) => rule.cis.map((section) => `${section} ${normal(rule.title)}`));
  const items = grouped(left.items, ({ section, title }) => (section === '' ? [] : [`${section} ${normal(title)}`]));
  return joined(left, items, rules, 'section-and-title');
}

function bySection(left: Left): Match[] {
  return joined(left, grouped(left.items, ({ section }) => (section === '' ? [] : [section])), grouped(left.rules, ({ cis }) => cis), 'section');
}

function byTitle(left: Left): Match[] {
  const rules = grouped(left.rules, ({ title }) => (title === '' ? [] : [normal(title)]));
  const items = grouped(left.items, ({ title }) => (title === '' ? [] : [normal(title)]));
  const unambiguous = new Map([...items].filter(([title, all]) => all.length === 1 && rules.get(title)?.length === 1));
  return joined(left, unambiguous, rules, 'title');
}

/** What both sides have under one key, taken out of what is left. A rule of several sections goes with the first of them that is there. */
function joined(left: Left, items: ReadonlyMap<string, NessusItem[]>, rules: ReadonlyMap<string, ReportRule[]>, by: Match['by']): Match[] {
  const matches: Match[] = [];
  for (const [key, checks] of items) {
    const here = (rules.get(key) ?? []).filter((rule) => left.rules.has(rule));
    const there = checks.filter((item) => left.items.has(item));
    const [first] = there;
    if (here.length === 0 || first === undefined) continue;
    for (const item of there) left.items.delete(item);
    for (const rule of here) left.rules.delete(rule);
    matches.push({
      section: first.section, title: first.title, by,
      nessus: worst(there), checks: there.map(({ title, result, actual }) => ({ title, result, actual })),
      ours: together(here), rules: here.map(({ rule, title, result, standing }) => ({ rule, title, result, ignored: standing === 'ignored' })),
    });
  }
  return matches;
}

function grouped<T>(all: Iterable<T>, keysOf: (one: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) for (const key of keysOf(one)) groups.set(key, [...(groups.get(key) ?? []), one]);
  return groups;
}

function worst(items: readonly NessusItem[]): NessusWord {
  const order: readonly NessusWord[] = ['FAILED', 'ERROR', 'WARNING', 'PASSED'];
  return order.find((word) => items.some(({ result }) => result === word)) ?? 'WARNING';
}

/** Rules that say nothing (not applicable, ignored) do not speak against one that passed; one that failed decides. */
function together(rules: readonly ReportRule[]): Match['ours'] {
  if (rules.some(({ standing, result }) => standing === 'failed' && result === 'fail')) return 'failed';
  if (rules.some(({ standing }) => standing === 'failed' || standing === 'ignored')) return 'open';
  return rules.some(({ standing }) => standing === 'passed') ? 'passed' : 'open';
}

/** Titles differ in case, punctuation, and the level in brackets that some audits put behind them. */
function normal(title: string): string {
  return title.toLowerCase().replace(/\((?:automated|manual|scored|not scored|l[12][^)]*)\)/g, ' ').replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

/** `5.2` before `5.10`. */
function bySections(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? -1) - (right[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
