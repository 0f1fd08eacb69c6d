import type { HardeningReport, HardeningStep, ReportModel } from '../model.ts';
import { count, html, type Markup } from '../page/index.ts';
import { duration } from '../text.ts';
import { capital } from './headline.ts';
import { cut } from './prose.ts';
import type { Section } from './section.ts';

/** So many of the longest steps are seen at once. */
const listedFirst = 10;

const spent: Readonly<Record<string, string>> = { fixes: 'single fixes', packages: 'packages', oscap: 'assays', own: 'Cupel itself', reboot: 'reboot' };

/** How hardening went: what took the time, what was rolled back, every step. */
export function hardeningSection({ hardening }: ReportModel): Section | undefined {
  if (hardening === undefined) return undefined;
  const steps = [...hardening.steps].sort((a, b) => b.seconds - a.seconds);
  const wrong = steps.filter(({ outcome }) => outcome !== 'ok');
  return {
    id: 'hardening', title: 'How it was hardened', short: 'Hardening', note: hardening.steps.length,
    body: html`<p>${count(hardening.steps.length, 'step')} in ${count(hardening.passes, 'pass', 'passes')}${hardening.seconds.total === undefined ? undefined : html`; ${duration(hardening.seconds.total)} from connecting to evidence`}. ${wrong.length === 0 ? 'Every fix ran to its end.' : html`<strong class="fail">${count(wrong.length, 'step')} went wrong.</strong>`}</p>
${times(hardening)}${wrong.map(trouble)}${listed(hardening)}
<h3>What took the time</h3>
${table(steps.slice(0, listedFirst), steps[0]?.seconds ?? 0)}
${steps.length <= listedFirst ? undefined : html`<details class="more"><summary>The other ${count(steps.length - listedFirst, 'step')}</summary>${table(steps.slice(listedFirst))}</details>`}`,
  };
}

function times({ seconds }: HardeningReport): Markup | undefined {
  const parts = Object.entries(seconds).filter(([name]) => name !== 'total').sort(([, a], [, b]) => b - a);
  const whole = parts.reduce((sum, [, value]) => sum + value, 0);
  if (whole === 0) return undefined;
  let at = 0;
  const bars = parts.map(([, value], index) => {
    const width = Math.round((value / whole) * 1000) / 10;
    const drawn = html`<rect class="t${index % 5}" x="${at}" width="${Math.max(0, Math.round((width - 0.3) * 10) / 10)}" height="6"/>`;
    at = Math.round((at + width) * 10) / 10;
    return drawn;
  });
  return html`<svg class="rate time" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>
<ul class="legend">${parts.map(([name, value], index) => html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="t${index % 5}" width="10" height="10"/></svg>${spent[name] ?? name} <span class="soft">${duration(value)}</span></li>`)}</ul>`;
}

function trouble({ rules, outcome, exit, detail, output }: HardeningStep): Markup {
  return html`<div class="card bad"><h3>${rules.join(', ')}</h3><p>${outcome === 'reverted' ? 'It locked the builder out and was rolled back; the rule counts as failed.' : `It ended with exit status ${exit}.`}${detail === null ? undefined : html` ${capital(detail)}.`}</p>${output === '' ? undefined : html`<details><summary>The end of its output</summary><pre>${cut(output.slice(-2000), 2000)}</pre></details>`}</div>`;
}

function listed({ oscillating, unfixable }: HardeningReport): Markup {
  const list = (what: string, rules: readonly string[]): Markup | undefined => rules.length === 0 ? undefined : html`<p>${what} ${rules.map((rule, at) => html`${at === 0 ? '' : ', '}<code>${rule}</code>`)}</p>`;
  return html`${list('Undone by each other in every pass:', oscillating)}${list('No fix is known for:', unfixable)}`;
}

/** @param longest seconds that fill a bar; without it there are none */
function table(steps: readonly HardeningStep[], longest?: number): Markup {
  const bars = longest === undefined ? undefined : html`<th scope="col" class="bar"><span class="unseen">Share of the longest</span></th>`;
  return html`<table class="steps"><thead><tr><th scope="col">Step</th><th scope="col">Pass</th><th scope="col" class="n">Took</th>${bars}</tr></thead><tbody>${steps.map((step) => row(step, longest))}</tbody></table>`;
}

/** Of a package batch the first few stand for all. */
function row({ rules, kind, source, pass, seconds, outcome, changed }: HardeningStep, longest: number | undefined): Markup {
  const name = rules.length === 0 ? 'deferred updates (boot loader, initial RAM disk)' : rules.length > 3 ? `${rules.slice(0, 3).join(', ')} and ${rules.length - 3} more` : rules.join(', ');
  const note = [kind === 'packages' ? 'one transaction' : '', kind === 'guarded' ? 'guarded' : '', source === 'cupel' ? 'Cupel’s own' : '', changed.length === 0 ? '' : count(changed.length, 'file')].filter((word) => word !== '').join(' · ');
  return html`<tr><td><code>${name}</code>${outcome === 'ok' ? undefined : html` <span class="chip fail">${outcome}</span>`}${note === '' ? undefined : html`<small>${note}</small>`}</td><td>${pass}</td><td class="n">${duration(seconds)}</td>${longest === undefined ? undefined : html`<td class="bar">${bar(seconds / longest)}</td>`}</tr>`;
}

function bar(share: number): Markup {
  return html`<svg class="rate" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="f-gold" width="${Number.isFinite(share) ? Math.round(share * 1000) / 10 : 0}" height="6"/></svg>`;
}
