import type { ReportRule } from '../model.ts';

/** Where a rule's entry is: its id where that can be part of an address, so that a link to it holds in the next report too. */
export function anchorOf({ rule }: Pick<ReportRule, 'rule'>): string {
  return `rule-${/^[\w.-]+$/.test(rule) ? rule : encodeURIComponent(rule).replaceAll('%', ':')}`;
}
