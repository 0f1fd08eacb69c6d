import type { Change, Comparison, PackageChange, ReportModel, RuleChange } from '../model.ts';
import { count, day, html, type Markup, moment, percent } from '../page/index.ts';
import { resultText, severityChip } from './chips.ts';
import type { Section } from './section.ts';

/** Against the evidence that was given as the previous one. */
export function changesSection({ comparison, identity }: ReportModel): Section | undefined {
  if (comparison === undefined) {
    return identity.previous === undefined ? undefined : {
      id: 'changes', title: 'Since the previous image', short: 'Changes',
      body: html`<p>The gate held this assay against that of run <code>${identity.previous.run}</code> (ARF <code>${identity.previous.arf}</code>), rule by rule; what no longer passed would stand among the reasons of a refusal.</p>`,
    };
  }
  const { newlyFailing, newlyPassing } = comparison;
  return {
    id: 'changes', title: 'Since the previous image', short: 'Changes', note: newlyFailing.length + newlyPassing.length,
    body: html`${lead(comparison)}${subject(comparison.subject)}
${rules('No longer pass', newlyFailing, 'fail')}${rules('Pass now', newlyPassing, 'pass')}${rules('Ignored now', comparison.newlyIgnored)}${rules('No longer ignored', comparison.noLongerIgnored)}${rules('Changed otherwise', comparison.otherwise)}${rules('Only evaluated before', comparison.onlyBefore)}${rules('Only evaluated now', comparison.onlyAfter)}
${values(comparison.values)}${packages(comparison.packages)}`,
  };
}

function lead({ before, after, regression, newlyFailing, newlyPassing }: Comparison): Markup {
  return html`<p>${regression ? html`<strong class="fail">${count(newlyFailing.length, 'rule')} passed before and ${newlyFailing.length === 1 ? 'does' : 'do'} not now.</strong>` : html`<strong class="pass">Nothing that passed has stopped passing.</strong>`} ${newlyPassing.length === 0 ? undefined : html`${count(newlyPassing.length, 'rule')} ${newlyPassing.length === 1 ? 'passes' : 'pass'} that did not.`} The pass rate went from ${percent(before.passRate)} to ${percent(after.passRate)}.</p>
<p class="soft small">Before: ${before.name}, run <code>${before.run}</code>, ${moment(before.ended)}${before.verdict === undefined ? undefined : html`, ${before.verdict}`}</p>`;
}

function subject(changes: readonly Change[]): Markup | undefined {
  return changes.length === 0 ? undefined : html`<div class="notice"><p>The yardstick is not the same, so neither are the numbers:</p><ul>${changes.map(change)}</ul></div>`;
}

function change({ name, from, to }: Change): Markup {
  return html`<li>${name}: <code>${from ?? 'none'}</code> → <code>${to ?? 'none'}</code></li>`;
}

function rules(title: string, changes: readonly RuleChange[], tone = ''): Markup | undefined {
  if (changes.length === 0) return undefined;
  return html`<h3 class="${tone}">${title} <span class="soft">${changes.length}</span></h3><ul class="plain">${changes.map((of) => html`<li>${severityChip(of.severity)} ${of.title === '' ? of.rule : of.title}<small>${of.from === undefined ? 'not evaluated' : resultText(of.from)} → ${of.to === undefined ? 'not evaluated' : resultText(of.to)} · ${of.cis.length === 0 ? undefined : html`CIS ${of.cis.join(', ')} · `}<span class="mono">${of.rule}</span></small>${of.ignore === undefined ? undefined : html`<small>${of.ignore.reason} (${of.ignore.owner}, until ${day(of.ignore.expires)})</small>`}</li>`)}</ul>`;
}

function values(changes: readonly Change[]): Markup | undefined {
  return changes.length === 0 ? undefined : html`<details><summary><h3>Values changed <span class="soft">${changes.length}</span></h3></summary><ul>${changes.map(change)}</ul></details>`;
}

function packages(changes: readonly PackageChange[] | undefined): Markup | undefined {
  if (changes === undefined || changes.length === 0) return undefined;
  return html`<details><summary><h3>Packages changed <span class="soft">${changes.length}</span></h3></summary><ul class="packages">${changes.map(({ name, from, to }) => html`<li><strong>${name}</strong> ${from ?? 'not installed'} → ${to ?? 'removed'}</li>`)}</ul></details>`;
}
