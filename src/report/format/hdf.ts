import { createHash } from 'node:crypto';
import type { Severity } from '../../assay/model.ts';
import type { ReportModel, ReportRule } from '../model.ts';
import { plainProse, secondsBetween, solution, whyItFails } from './words.ts';

/** Heimdall's words of severity follow from the impact. */
const impacts: Record<Severity, number> = { high: 0.7, medium: 0.5, low: 0.3, info: 0.1, unknown: 0.5 };

/**
 * Heimdall Data Format, as MITRE's tools read it. Failed, passed and error stay what they are, a rule that was not
 * checked is not reviewed, not applicable has the impact 0, and an ignored one is waived, which is not applicable to them:
 * so their compliance is our pass rate.
 * @param producer version of this program
 */
export function renderHdf(model: ReportModel, producer: string): string {
  const { identity } = model;
  const name = identity.baseline?.name ?? identity.profile;
  const profile = {
    name, title: `${identity.benchmark} ${identity.content.version}, ${name}`, version: identity.content.version,
    sha256: identity.baseline?.sha256 ?? createHash('sha256').update(`${identity.benchmark} ${identity.content.version} ${identity.profile}`).digest('hex'),
    summary: `${identity.profile} of ${identity.benchmark}`, status: 'loaded', supports: [], attributes: attributes(identity.values), groups: [],
    controls: model.rules.map((rule) => control(rule, model)),
  };
  const execution = {
    platform: { name: 'Cupel', release: producer, target_id: identity.target },
    version: producer,
    statistics: { duration: secondsBetween(identity.started, identity.ended) },
    profiles: [profile],
    passthrough: {
      cupel: { verdict: model.verdict?.verdict ?? 'not judged', pass_rate: model.tally.pass_rate, run: identity.run, baseline: identity.baseline ?? null, content: identity.content, scanner: identity.scanner },
    },
  };
  return `${JSON.stringify(execution, null, 2)}\n`;
}

function attributes(values: Readonly<Record<string, string>>): object[] {
  return Object.entries(values).map(([name, value]) => ({ name, options: { value } }));
}

function control(rule: ReportRule, model: ReportModel): object {
  const entry = rule.standing === 'ignored' ? model.ignored.find((ignored) => ignored.rule === rule.rule && !ignored.expired) : undefined;
  const description = plainProse(rule.text?.description ?? []);
  const nist = rule.text?.references.filter(({ href }) => href.includes('NIST.SP.800-53')).map(({ label }) => label) ?? [];
  return {
    id: rule.rule,
    title: [...rule.cis.slice(0, 1), rule.title === '' ? rule.rule : rule.title].join(' '),
    desc: description === '' ? rule.title : description,
    descriptions: [
      { label: 'rationale', data: plainProse(rule.text?.rationale ?? []) },
      { label: 'fix', data: solution(rule) },
    ].filter(({ data }) => data !== ''),
    impact: rule.standing === 'uncounted' ? 0 : impacts[rule.severity],
    refs: (rule.text?.references ?? []).filter(({ href }) => /^https?:\/\//.test(href)).map(({ href, label }) => ({ url: href, ref: label })),
    tags: { severity: rule.severity, rid: rule.id, cis: rule.cis, nist, ...(rule.cce === undefined ? {} : { cce: rule.cce }) },
    code: rule.fix?.script ?? '',
    source_location: {},
    ...(entry === undefined ? {} : { waiver_data: { justification: `${entry.reason} (${entry.owner})`, expiration_date: entry.expires, run: true, skipped_due_to_waiver: true, message: '' } }),
    results: [resultOf(rule, model)],
  };
}

function resultOf(rule: ReportRule, { identity }: ReportModel): object {
  const common = { code_desc: `${rule.rule}: ${rule.result}`, start_time: identity.started };
  if (rule.standing === 'ignored') return { ...common, status: 'skipped', skip_message: `ignored by the baseline; the scan says ${rule.result}` };
  switch (rule.result) {
    case 'pass': case 'fixed': return { ...common, status: 'passed' };
    case 'fail': return { ...common, status: 'failed', message: whyItFails(rule) };
    case 'error': case 'unknown': return { ...common, status: 'error', message: whyItFails(rule) };
    case 'notchecked': case 'notapplicable': case 'informational': case 'notselected': return { ...common, status: 'skipped', skip_message: rule.messages.at(-1) ?? rule.result };
  }
}
