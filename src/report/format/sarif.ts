import type { Severity } from '../../assay/model.ts';
import type { ReportModel, ReportRule } from '../model.ts';
import { fieldText, plainProse, solution, whyItFails } from './words.ts';

/**
 * SARIF 2.1.0, for code scanning: one result per rule that counts as failed, and one, suppressed, per ignored rule that
 * would. What passes has no result: readers of SARIF show each one as an alert.
 */
export function renderSarif(model: ReportModel): string {
  const reported = model.rules.filter(({ standing, result }) => standing === 'failed' || (standing === 'ignored' && !notFailing.has(result)));
  const { identity, verdict } = model;
  const run = {
    tool: {
      driver: {
        name: 'Cupel', informationUri: 'https://cupel.dev', organization: 'Cupel',
        rules: reported.map(ruleDescriptor),
        properties: { benchmark: identity.benchmark, content: identity.content, profile: identity.profile, scanner: identity.scanner },
      },
    },
    automationDetails: {
      id: `cupel/${identity.target}/${identity.run}`,
      description: { text: `${identity.baseline?.name ?? identity.profile} on ${identity.target}` },
      ...(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(identity.run) ? { guid: identity.run } : {}),
    },
    invocations: [{
      executionSuccessful: true, ...time('startTimeUtc', identity.started), ...time('endTimeUtc', identity.ended),
      ...(model.notices.length === 0 ? {} : { toolExecutionNotifications: model.notices.map(({ code, message }) => ({ level: 'warning', message: { text: message }, descriptor: { id: code } })) }),
    }],
    originalUriBaseIds: { ROOT: { uri: 'file:///', description: { text: 'The root of the file system of the machine that was scanned.' } } },
    results: reported.map((rule, index) => resultOf(rule, index, model)),
    columnKind: 'utf16CodeUnits',
    properties: {
      verdict: verdict?.verdict ?? 'not judged', passRate: model.tally.pass_rate, counts: model.tally.counts,
      ...(identity.baseline === undefined ? {} : { baseline: identity.baseline }),
    },
  };
  return `${JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

const notFailing: ReadonlySet<string> = new Set(['pass', 'fixed', 'notapplicable', 'informational']);
const levels: Record<Severity, 'error' | 'warning' | 'note'> = { high: 'error', medium: 'warning', low: 'note', info: 'note', unknown: 'warning' };
/** GitHub sorts alerts by a number like a CVSS score. */
const scores: Record<Severity, string> = { high: '8.0', medium: '5.0', low: '3.0', info: '0.0', unknown: '5.0' };

function ruleDescriptor(rule: ReportRule): object {
  const title = rule.title === '' ? rule.rule : rule.title;
  const rationale = plainProse(rule.text?.rationale ?? []);
  const help = [plainProse(rule.text?.description ?? []), rationale, solutionScript(rule)].filter((part) => part !== '').join('\n\n');
  const link = rule.text?.references.find(({ href, label }) => rule.cis.includes(label) && /^https?:\/\/[^\s"<>\\^`{|}]+$/.test(href));
  return {
    id: rule.rule,
    name: rule.rule,
    shortDescription: { text: [...rule.cis.slice(0, 1), title].join(' ') },
    fullDescription: { text: rationale === '' ? title : rationale },
    help: { text: help === '' ? title : help },
    ...(link === undefined ? {} : { helpUri: link.href }),
    defaultConfiguration: { level: levels[rule.severity] },
    properties: {
      'security-severity': scores[rule.severity], precision: 'very-high', severity: rule.severity, xccdf: rule.id,
      ...(rule.cce === undefined ? {} : { cce: rule.cce }),
      tags: ['security', 'compliance', ...rule.cis.map((section) => `cis/${section}`)],
    },
  };
}

function solutionScript(rule: ReportRule): string {
  return rule.fix?.script === undefined ? '' : solution({ ...rule, text: undefined });
}

function resultOf(rule: ReportRule, ruleIndex: number, model: ReportModel): object {
  const why = whyItFails(rule);
  const entry = rule.standing === 'ignored' ? model.ignored.find((ignored) => ignored.rule === rule.rule && !ignored.expired) : undefined;
  const state = baselineState(rule, model);
  return {
    ruleId: rule.rule, ruleIndex, kind: 'fail', level: levels[rule.severity],
    message: { text: `${rule.title === '' ? rule.rule : rule.title}: ${rule.result}${why === '' ? '' : `\n${why}`}` },
    locations: [location(rule, model)],
    partialFingerprints: { 'cupelRule/v1': `${model.identity.target}/${rule.rule}` },
    ...(entry === undefined ? {} : {
      suppressions: [{ kind: 'external', status: 'accepted', justification: `${entry.reason} (${entry.owner}, until ${entry.expires}${entry.ticket === undefined ? '' : `, ${entry.ticket}`})` }],
    }),
    ...(state === undefined ? {} : { baselineState: state }),
    properties: { result: rule.result, expected: [...new Set(rule.findings.flatMap(({ expected }) => expected.map(fieldText)))] },
  };
}

function baselineState(rule: ReportRule, { comparison }: ReportModel): 'new' | 'unchanged' | undefined {
  if (comparison === undefined) return undefined;
  return [...comparison.newlyFailing, ...comparison.onlyAfter].some((change) => change.rule === rule.rule) ? 'new' : 'unchanged';
}

/** The first file that the check looked at; without one, the machine itself. */
function location(rule: ReportRule, { identity, source }: ReportModel): object {
  const logical = [{ name: identity.target, kind: 'resource', fullyQualifiedName: `${identity.target}/${rule.rule}` }];
  const file = rule.findings.flatMap(({ items, object }) => [...items.flatMap(({ fields }) => fields), ...object.filter(({ operation }) => operation === 'equals')])
    .find(({ name, value }) => (name === 'filepath' || name === 'path') && /^\/+[^\n/]/.test(value));
  const artifact = file === undefined ? { uri: uriOf(source.name) } : { uri: uriOf(file.value.replace(/^\/+/, '')), uriBaseId: 'ROOT' };
  return { physicalLocation: { artifactLocation: artifact, region: { startLine: 1 } }, logicalLocations: logical };
}

function uriOf(path: string): string {
  return path.split('/').map((segment) => encodeURIComponent(segment.replace(/[\ud800-\udfff]/gu, '\ufffd'))).join('/');
}

function time(key: string, value: string): Record<string, string> {
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? {} : { [key]: at.toISOString() };
}
