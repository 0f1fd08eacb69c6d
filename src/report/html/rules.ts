import type { ReportModel, ReportRule } from '../model.ts';
import { html, type Markup } from '../page/index.ts';
import { anchorOf } from './anchor.ts';
import { cisText, resultChip, severityChip } from './chips.ts';
import { ruleText } from './failing.ts';
import { findings } from './finding.ts';
import { code, cut, prose } from './prose.ts';
import { references } from './references.ts';
import type { Section } from './section.ts';

const standings = [['all', 'All'], ['failed', 'Failing'], ['passed', 'Passed'], ['ignored', 'Ignored'], ['uncounted', 'Not counted']] as const;
const severities = [['any', 'Any severity'], ['high', 'High'], ['medium', 'Medium'], ['low', 'Low']] as const;

/** Every rule with a result. The two filters are CSS and need no script; searching does. */
export function rulesSection({ rules }: ReportModel): Section {
  return {
    id: 'rules', title: 'Every rule', short: 'All rules', note: rules.length,
    body: html`<form class="filters screen" role="search" aria-label="Rules">
<p class="field" id="search-field" hidden><label for="search">Search in titles, sections, ids and texts</label><input type="search" id="search" autocomplete="off" spellcheck="false"></p>
${choice('standing', 'Result', standings)}${choice('severity', 'Severity', severities)}
<p class="soft small" id="shown" role="status"></p>
</form>
<div class="rules">${[...rules].sort(bySection).map(row)}</div>
<p class="soft" id="none" hidden>No rule is like that.</p>`,
  };
}

function choice(name: string, title: string, options: readonly (readonly [value: string, label: string])[]): Markup {
  return html`<fieldset><legend class="unseen">${title}</legend>${options.map(([value, label], at) => html`<label><input type="radio" name="${name}" id="${name}-${value}" value="${value}"${at === 0 ? html` checked` : undefined}><span>${label}</span></label>`)}</fieldset>`;
}

const subtitle = (text: string): Markup => html`<h3>${text}</h3>`;

function row(rule: ReportRule): Markup {
  const { standing, severity, title, result, cis } = rule;
  const head = html`<i>${cis[0] ?? ''}</i><b>${title === '' ? rule.rule : title}</b>${standing === 'ignored' ? html`<span class="chip">ignored</span>` : undefined}${resultChip(result, standing !== 'ignored')}`;
  // What fails is told above, once.
  if (standing === 'failed') return html`<div class="r failed ${severity}"><a href="#${anchorOf(rule)}">${head}</a></div>`;
  return html`<details class="r ${standing} ${severity}" id="${anchorOf(rule)}"><summary>${head}</summary><div><p class="meta">${severityChip(severity)} ${cisText(cis)} <code>${rule.rule}</code>${rule.cce === undefined ? undefined : html` ${rule.cce}`}</p>${rule.messages.map((message) => html`<p>${cut(message, 2000)}</p>`)}${rule.findings.length === 0 ? undefined : html`${subtitle('Why it does not pass')}${findings(rule.findings, rule.moreFindings)}`}${standing === 'ignored' ? ruleText(rule, subtitle) : shortText(rule)}${standing === 'ignored' && rule.fix?.script !== undefined ? html`${subtitle('The content’s fix, not applied')}${code(rule.fix.script)}` : undefined}</div></details>
`;
}

/** Shorter than where something is to be done: what was checked, and for whom. */
function shortText({ text, standing }: ReportRule): Markup | undefined {
  return text === undefined ? undefined : html`${prose(text.description)}${standing === 'passed' ? references(text.references) : undefined}`;
}

/** By CIS section as numbers, those without one at the end. */
function bySection(a: ReportRule, b: ReportRule): number {
  const [left, right] = [parts(a), parts(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? -1) - (right[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function parts({ cis: [section] }: ReportRule): number[] {
  return section === undefined || !/^[\d.]+$/.test(section) ? [Number.MAX_SAFE_INTEGER] : section.split('.').map(Number);
}
