import type { ReportModel, ReportRule } from '../model.ts';
import { secondsBetween, whyItFails } from './words.ts';
import { renderXml, type XmlContent } from './xml.ts';

/**
 * JUnit XML as Jenkins, GitLab and GitHub's reporters read it: one test case for the verdict, one for each rule.
 * What fails is a failure, `error` an error; ignored and not applicable rules are skipped, and say why.
 */
export function renderJunit(model: ReportModel): string {
  const { identity, verdict, tally } = model;
  const cases = [...(verdict === undefined ? [] : [verdictCase(model)]), ...model.rules.map((rule) => ruleCase(rule, model))];
  const count = (kind: 'failure' | 'error' | 'skipped'): number => cases.filter((found) => found[kind] !== undefined).length;
  const seconds = secondsBetween(identity.started, identity.ended).toFixed(3);
  const name = identity.baseline?.name ?? identity.profile;
  const totals = { tests: cases.length, failures: count('failure'), errors: count('error') };
  return renderXml('testsuites', {
    $: { name: 'cupel', ...totals, time: seconds },
    testsuite: {
      $: { name: `${name} on ${identity.target}`, ...totals, skipped: count('skipped'), time: seconds, timestamp: identity.started, hostname: identity.host },
      properties: { property: properties(model, tally.pass_rate) },
      testcase: cases,
    },
  });
}

type Case = { $: Record<string, string>; failure?: XmlContent; error?: XmlContent; skipped?: XmlContent };

function verdictCase({ verdict, identity }: ReportModel): Case {
  const testcase: Case = { $: { classname: identity.baseline?.name ?? 'gate', name: 'verdict', time: '0' } };
  if (verdict === undefined || verdict.verdict === 'accepted') return testcase;
  return { ...testcase, failure: { $: { type: 'refused', message: verdict.reasons[0]?.message ?? 'refused' }, _: verdict.reasons.map(({ message, code }) => `${message} [${code}]`).join('\n') } };
}

function ruleCase(rule: ReportRule, model: ReportModel): Case {
  const title = [...rule.cis.slice(0, 1), rule.title === '' ? rule.rule : rule.title].join(' ');
  const testcase: Case = { $: { classname: `${model.identity.baseline?.name ?? model.identity.content.product}.${rule.severity}`, name: `${title} (${rule.rule})`, time: '0' } };
  const details: XmlContent = { $: { type: rule.result, message: `${rule.result}: ${rule.title === '' ? rule.rule : rule.title}` }, _: whyItFails(rule) };
  switch (rule.standing) {
    case 'passed': return testcase;
    case 'failed': return rule.result === 'error' ? { ...testcase, error: details } : { ...testcase, failure: details };
    case 'uncounted': return { ...testcase, skipped: { $: { type: rule.result, message: rule.result } } };
    case 'ignored': {
      const entry = model.ignored.find((ignored) => ignored.rule === rule.rule && !ignored.expired);
      return { ...testcase, skipped: { $: { type: 'ignored', message: `ignored (${rule.result}) until ${entry?.expires ?? ''} by ${entry?.owner ?? ''}: ${entry?.reason ?? ''}` } } };
    }
  }
}

function properties({ identity, verdict }: ReportModel, rate: number): XmlContent[] {
  const all = {
    verdict: verdict?.verdict ?? 'not judged', pass_rate: String(rate), run: identity.run, profile: identity.profile,
    baseline: identity.baseline === undefined ? '' : `${identity.baseline.name} ${identity.baseline.sha256}`,
    content: `${identity.content.product} ${identity.content.version} ${identity.content.sha256}`.trim(), scanner: identity.scanner,
  };
  return Object.entries(all).filter(([, value]) => value !== '').map(([name, value]) => ({ $: { name, value } }));
}
