import type { Assay, RuleResult } from '../../assay/index.ts';
import type { AssayDetail } from '../../assay/detail/index.ts';
import type { Baseline, IgnoreEntry } from '../../baseline/model.ts';
import { failing, tally, type Tally, type Verdict } from '../../gate/index.ts';
import type { EvidenceFile, HardeningStep, IgnoredRule, Identity, Notice, Package, ReportModel, ReportRule, ReportSource, RuleFix, Signature, Standing } from '../model.ts';
import type { EnvironmentPart } from './parts.ts';
import { productOf } from './product.ts';

/** Everything that is known, from wherever it was read. */
export interface ReportFacts {
  source: ReportSource;
  assay: Assay;
  detail: AssayDetail;
  verdict: Verdict | undefined;
  baseline: Baseline | undefined;
  environment: EnvironmentPart;
  before: Tally | undefined;
  steps: HardeningStep[];
  packages: Package[] | undefined;
  signature: Signature;
  files: EvidenceFile[];
  notices: Notice[];
  /** Short ids of rules that Cupel itself has a fix for. */
  ownFixes: ReadonlySet<string>;
}

/** Short ids of the rules of a product that Cupel itself has a fix for. */
export type OwnFixes = (product: string) => Promise<ReadonlySet<string>>;

const passing: ReadonlySet<string> = new Set(['pass', 'fixed']);

/** The model of a report, without a comparison. Pure. */
export function buildReport(facts: ReportFacts): ReportModel {
  const { assay, verdict, environment } = facts;
  const ignored = ignoredOf(facts);
  const inForce = new Set(ignored.filter(({ expired }) => !expired).map(({ rule }) => rule));
  const reverted = new Set(environment.hardening?.reverted ?? []);
  return {
    source: facts.source,
    notices: facts.notices,
    identity: identityOf(facts),
    verdict,
    tally: verdict === undefined
      ? tally(assay.rules, inForce)
      : { counts: verdict.counts, evaluated: verdict.evaluated, pass_rate: verdict.pass_rate, by_severity: verdict.by_severity },
    before: facts.before,
    rules: assay.rules.filter(({ result }) => result !== 'notselected').map((rule) => reportRule(rule, facts, inForce, reverted)),
    ignored,
    hardening: environment.hardening === undefined && facts.steps.length === 0 ? undefined : {
      steps: facts.steps,
      passes: environment.hardening?.passes ?? 0,
      reverted: environment.hardening?.reverted ?? [],
      oscillating: environment.hardening?.oscillating ?? [],
      unfixable: environment.hardening?.unfixable ?? [],
      seconds: environment.seconds,
    },
    signature: facts.signature,
    files: facts.files,
    packages: facts.packages,
    comparison: undefined,
  };
}

function identityOf({ assay, verdict, baseline, environment, detail }: ReportFacts): Identity {
  return {
    target: verdict?.target ?? assay.target.name,
    run: verdict?.run ?? runIn(assay),
    host: assay.target.name,
    baseline: verdict === undefined ? baseline && { name: baseline.name, sha256: baseline.sha256 } : { ...verdict.baseline },
    content: verdict === undefined ? { product: productOf(assay.benchmark.id), version: assay.benchmark.version, sha256: '' } : { ...verdict.content },
    benchmark: assay.benchmark.id,
    profile: assay.profile ?? '',
    standard: detail.standard,
    started: assay.startTime,
    ended: assay.endTime,
    scanner: assay.testSystem,
    scores: Object.fromEntries(assay.scores.map(({ system, value }) => [system, value])),
    os: environment.os,
    kernel: environment.kernel,
    architecture: environment.architecture,
    previous: environment.previous,
    values: { ...detail.values },
  };
}

/** The run UUID that an ARF carries; empty when it carries none. */
export function runIn(assay: Assay): string {
  return /^(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(assay.target.identifier)?.[1] ?? '';
}

function reportRule(rule: RuleResult, facts: ReportFacts, ignored: ReadonlySet<string>, reverted: ReadonlySet<string>): ReportRule {
  const detail = facts.detail.rules.get(rule.id);
  const rolledBack = reverted.has(rule.rule);
  // As the gate counts it: a fix that was rolled back is not in the image.
  const result = rolledBack && !failing.has(rule.result) ? 'fail' : rule.result;
  const standing: Standing = ignored.has(rule.rule) ? 'ignored' : failing.has(result) ? 'failed' : passing.has(result) ? 'passed' : 'uncounted';
  return {
    rule: rule.rule, id: rule.id, title: rule.title, severity: rule.severity, result, standing, weight: rule.weight, cis: [...rule.cis], cce: rule.cce,
    messages: [...rule.messages],
    reverted: rolledBack,
    fix: fixOf(rule, facts, detail?.script),
    text: detail?.text,
    findings: detail?.findings ?? [],
    moreFindings: detail?.moreFindings ?? 0,
  };
}

function fixOf(rule: RuleResult, { ownFixes }: ReportFacts, script: string | undefined): RuleFix | undefined {
  if (ownFixes.has(rule.rule)) return { source: 'cupel', script };
  return rule.hasFix ? { source: 'content', script } : undefined;
}

function ignoredOf({ assay, baseline, verdict }: ReportFacts): IgnoredRule[] {
  if (baseline === undefined) return [];
  const results = new Map(assay.rules.map((rule) => [rule.rule, rule]));
  // Which of them held is for the gate's calendar to say.
  const held = verdict === undefined ? undefined : new Set(verdict.ignored.map(({ rule }) => rule));
  const view = (entry: IgnoreEntry, expired: boolean): IgnoredRule => {
    const found = results.get(entry.rule);
    return {
      rule: entry.rule, title: found?.title ?? '', severity: found?.severity ?? 'unknown', result: found?.result,
      wouldFail: found !== undefined && failing.has(found.result),
      reason: entry.reason, owner: entry.owner, approved: entry.approved, expires: entry.expires, ticket: entry.ticket, expired,
    };
  };
  return [
    ...baseline.ignore.map((entry) => view(entry, held !== undefined && results.has(entry.rule) && !held.has(entry.rule))),
    ...baseline.expired.map((entry) => view(entry, true)),
  ].sort((a, b) => (a.expires < b.expires ? -1 : a.expires > b.expires ? 1 : a.rule < b.rule ? -1 : 1));
}
