import { stringify } from 'csv-stringify/sync';
import type { ReportModel, ReportRule } from '../model.ts';
import { whyItFails } from './words.ts';

const columns = [
  'cis', 'rule', 'title', 'severity', 'result', 'standing', 'fix', 'why', 'ignored_reason', 'ignored_owner', 'ignored_expires', 'cce', 'id', 'target', 'run',
] as const;

/**
 * One line per rule, RFC 4180, for a spreadsheet. A field that one would take for a formula gets an apostrophe before
 * it: what a scanned machine says must not calculate on an auditor's.
 */
export function renderCsv(model: ReportModel): string {
  const ignored = new Map(model.ignored.filter(({ expired }) => !expired).map((entry) => [entry.rule, entry]));
  const line = (rule: ReportRule): Record<(typeof columns)[number], string> => {
    const entry = rule.standing === 'ignored' ? ignored.get(rule.rule) : undefined;
    return {
      cis: rule.cis.join(' '), rule: rule.rule, title: rule.title, severity: rule.severity, result: rule.result, standing: rule.standing,
      fix: rule.fix?.source ?? '', why: rule.standing === 'passed' ? '' : whyItFails(rule),
      ignored_reason: entry?.reason ?? '', ignored_owner: entry?.owner ?? '', ignored_expires: entry?.expires ?? '',
      cce: rule.cce ?? '', id: rule.id, target: model.identity.target, run: model.identity.run,
    };
  };
  return stringify(model.rules.map(line), { header: true, columns: [...columns], escape_formulas: true, record_delimiter: 'windows' });
}
