import { failing } from '../../gate/index.ts';
import type { Change, ComparedSide, Comparison, Identity, Package, PackageChange, ReportModel, ReportRule, RuleChange } from '../model.ts';

const passing: ReadonlySet<string> = new Set(['pass', 'fixed']);

/**
 * What changed from one report to another. Pure. A regression is a rule that passed before, counts now and fails now;
 * one that was not evaluated before is none.
 */
export function compareReports(before: ReportModel, after: ReportModel): Comparison {
  const pairs = paired(before.rules, after.rules);
  const view = ({ rule, from, to }: Pair): RuleChange => {
    const of = to ?? from;
    const ignore = after.ignored.find((entry) => entry.rule === rule && !entry.expired) ?? before.ignored.find((entry) => entry.rule === rule && !entry.expired);
    return {
      rule, title: of?.title ?? '', severity: of?.severity ?? 'unknown', cis: of?.cis ?? [], from: from?.result, to: to?.result,
      ignore: ignore && { reason: ignore.reason, owner: ignore.owner, expires: ignore.expires },
    };
  };
  const select = (test: (from: ReportRule, to: ReportRule) => boolean): RuleChange[] =>
    pairs.filter(({ from, to }) => from !== undefined && to !== undefined && test(from, to)).map(view);
  const newlyFailing = select((from, to) => to.standing === 'failed' && passing.has(from.result));
  return {
    before: sideOf(before, after), after: sideOf(after, before),
    subject: subjectChanges(before.identity, after.identity),
    newlyFailing,
    newlyPassing: select((from, to) => passing.has(to.result) && failing.has(from.result)),
    newlyIgnored: select((from, to) => to.standing === 'ignored' && from.standing !== 'ignored'),
    noLongerIgnored: select((from, to) => from.standing === 'ignored' && to.standing !== 'ignored'),
    otherwise: select((from, to) => from.result !== to.result && !(to.standing === 'failed' && passing.has(from.result)) && !(passing.has(to.result) && failing.has(from.result))),
    onlyBefore: pairs.filter(({ to }) => to === undefined).map(view),
    onlyAfter: pairs.filter(({ from }) => from === undefined).map(view),
    values: recordChanges(before.identity.values, after.identity.values),
    packages: before.packages === undefined || after.packages === undefined ? undefined : packageChanges(before.packages, after.packages),
    regression: newlyFailing.length > 0,
  };
}

interface Pair {
  rule: string;
  from: ReportRule | undefined;
  to: ReportRule | undefined;
}

function paired(before: readonly ReportRule[], after: readonly ReportRule[]): Pair[] {
  const from = new Map(before.map((rule) => [rule.rule, rule]));
  const to = new Map(after.map((rule) => [rule.rule, rule]));
  return [...new Set([...to.keys(), ...from.keys()])].sort().map((rule) => ({ rule, from: from.get(rule), to: to.get(rule) }));
}

/** Two reports of one machine are told apart by their files. */
function sideOf({ source, identity, verdict, tally, rules }: ReportModel, other: ReportModel): ComparedSide {
  const name = source.kind === 'machine' ? source.name : identity.target;
  return {
    name: source.kind !== 'machine' && name === other.identity.target ? `${name} (${source.name})` : name, run: identity.run, ended: identity.ended, verdict: verdict?.verdict,
    passRate: tally.pass_rate, evaluated: tally.evaluated, failing: rules.filter(({ standing }) => standing === 'failed').length,
  };
}

/** Two results can only be told apart by what they were measured with. */
function subjectChanges(a: Identity, b: Identity): Change[] {
  const known = (from: string | undefined, to: string | undefined): boolean => from !== undefined && from !== '' && to !== undefined && to !== '';
  const all: [string, string | undefined, string | undefined][] = [
    ['product', a.content.product, b.content.product],
    ['content', a.content.version, b.content.version],
    // Who rebuilds the same version of the content may have changed what is in it.
    ['content-sha256', a.content.sha256, b.content.sha256],
    ['profile', a.profile, b.profile],
    ['standard', a.standard?.version, b.standard?.version],
    ['baseline', a.baseline?.name, b.baseline?.name],
    ['baseline-sha256', a.baseline?.sha256, b.baseline?.sha256],
    ['scanner', a.scanner, b.scanner],
  ];
  return all.filter(([, from, to]) => known(from, to) && from !== to).map(([name, from, to]) => ({ name, from, to }));
}

function recordChanges(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.map((name) => ({ name, from: own(before, name), to: own(after, name) })).filter(({ from, to }) => from !== to);
}

function own(record: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** By name; a package that is there in several versions (kernels) is compared as its list of them. */
function packageChanges(before: readonly Package[], after: readonly Package[]): PackageChange[] {
  return recordChanges(versions(before), versions(after));
}

function versions(packages: readonly Package[]): Record<string, string> {
  const byName = new Map<string, string[]>();
  for (const { name, version } of packages) byName.set(name, [...(byName.get(name) ?? []), version]);
  return Object.fromEntries([...byName].map(([name, all]) => [name, all.sort().join(', ')]));
}
