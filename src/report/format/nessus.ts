import { createHash } from 'node:crypto';
import type { Severity } from '../../assay/model.ts';
import type { ReportModel, ReportRule } from '../model.ts';
import { actualValue, plainProse, policyValue, solution } from './words.ts';
import { renderXml, type XmlContent } from './xml.ts';

/** Nessus's own plugin for Unix compliance checks: readers of its files go by this number and family. */
const plugin = { pluginID: '21157', pluginName: 'Unix Compliance Checks', pluginFamily: 'Policy Compliance' };
const categories: Record<Severity, string> = { high: 'I', medium: 'II', low: 'III', info: 'III', unknown: 'II' };

/** What Nessus calls each standing: an ignored rule is a warning, as one that needs a person's eye. */
export type NessusResult = 'PASSED' | 'FAILED' | 'WARNING' | 'ERROR';

/** A `NessusClientData_v2` file with one host and one compliance item per rule, for tools that take Nessus results. */
export function renderNessus(model: ReportModel): string {
  const { identity } = model;
  const name = identity.baseline?.name ?? identity.profile;
  return renderXml('NessusClientData_v2', {
    Policy: { policyName: name, policyComments: `${identity.benchmark} ${identity.content.version}, profile ${identity.profile}, by Cupel` },
    Report: {
      $: { name: `${name} on ${identity.target}`, 'xmlns:cm': 'http://www.nessus.org/cm' },
      ReportHost: {
        $: { name: identity.host },
        HostProperties: { tag: hostTags(model) },
        ReportItem: model.rules.map((rule) => item(rule, model, name)),
      },
    },
  });
}

function hostTags({ identity }: ReportModel): XmlContent[] {
  const tags = {
    HOST_START: nessusTime(identity.started), HOST_END: nessusTime(identity.ended),
    'host-fqdn': identity.host, 'operating-system': identity.os ?? identity.content.product, 'policy-used': identity.baseline?.name ?? identity.profile,
  };
  return Object.entries(tags).map(([name, value]) => ({ $: { name }, _: value }));
}

function item(rule: ReportRule, { identity }: ReportModel, name: string): XmlContent {
  const result = nessusResult(rule);
  const title = rule.title === '' ? rule.rule : rule.title;
  const seeAlso = rule.text?.references.find(({ href, label }) => rule.cis.includes(label) && /^https?:\/\//.test(href))?.href;
  return {
    $: { port: '0', svc_name: 'general', protocol: 'tcp', severity: result === 'FAILED' || result === 'ERROR' ? '3' : result === 'WARNING' ? '2' : '0', ...plugin },
    agent: 'unix',
    compliance: 'true',
    fname: 'unix_compliance_check.nbin',
    plugin_name: plugin.pluginName,
    plugin_type: 'local',
    risk_factor: 'None',
    description: `"${title}" : [${result}]`,
    'cm:compliance-benchmark-name': identity.standard?.title ?? identity.benchmark,
    'cm:compliance-benchmark-version': identity.standard?.version ?? identity.content.version,
    'cm:compliance-benchmark-profile': identity.profile,
    'cm:compliance-check-name': [...rule.cis.slice(0, 1), title].join(' '),
    // A hash in Nessus's files, too: stable for a rule, whatever its title becomes.
    'cm:compliance-check-id': createHash('sha256').update(rule.id).digest('hex'),
    'cm:compliance-source': rule.rule,
    'cm:compliance-audit-file': `${name}${identity.standard === undefined ? '' : `_v${identity.standard.version}`}.audit`,
    'cm:compliance-result': result,
    'cm:compliance-actual-value': rule.standing === 'ignored' ? `${rule.result} (ignored)\n${actualValue(rule)}` : actualValue(rule),
    'cm:compliance-policy-value': policyValue(rule),
    'cm:compliance-info': plainProse([...(rule.text?.description ?? []), ...(rule.text?.rationale ?? [])]) || title,
    'cm:compliance-solution': solution(rule) || 'n/a',
    'cm:compliance-reference': references(rule),
    ...(seeAlso === undefined ? {} : { 'cm:compliance-see-also': seeAlso }),
  };
}

export function nessusResult({ standing, result }: Pick<ReportRule, 'standing' | 'result'>): NessusResult {
  if (standing === 'passed') return 'PASSED';
  if (standing === 'ignored' || standing === 'uncounted') return 'WARNING';
  return result === 'fail' ? 'FAILED' : result === 'notchecked' ? 'WARNING' : 'ERROR';
}

/** `KEY|value` pairs, as Tenable writes them; MITRE's mapper takes id and category from them. */
function references(rule: ReportRule): string {
  const pairs: [string, string][] = [
    ['CAT', categories[rule.severity]],
    ['Vuln-ID', rule.rule],
    ['Rule-ID', rule.id],
    ...(rule.cce === undefined ? [] : [['CCE', rule.cce] as [string, string]]),
    ...rule.cis.map((section): [string, string] => ['CIS_Recommendation', section]),
    ...(rule.text?.references ?? []).filter(({ href }) => href.includes('NIST.SP.800-53')).map(({ label }): [string, string] => ['800-53', label]),
  ];
  return pairs.map(([key, value]) => `${key}|${value.replace(/[,|\s]+/g, ' ').trim()}`).join(',');
}

/** `Mon Nov 23 16:05:59 2026`, UTC. */
function nessusTime(time: string): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return time;
  const [day = '', date = '', month = '', year = '', clock = ''] = at.toUTCString().replace(',', '').split(' ');
  return `${day} ${month} ${date} ${clock} ${year}`;
}
