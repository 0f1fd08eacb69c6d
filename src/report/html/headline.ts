import type { ReportModel } from '../model.ts';
import { day, html, type Markup, moment, percent } from '../page/index.ts';
import { anchorOf } from './anchor.ts';

/** What the gate said, in one word. */
export function verdictWord({ verdict }: ReportModel): string {
  return verdict === undefined ? 'Not judged' : verdict.verdict === 'accepted' ? 'Accepted' : 'Refused';
}

/** The first screen: what this is of, the decision and why, the five numbers. */
export function headline(model: ReportModel): Markup {
  const { identity, verdict } = model;
  const tone = verdict === undefined ? 'warn' : verdict.verdict === 'accepted' ? 'pass' : 'fail';
  return html`<p class="eyebrow">Cupel · assay of a machine image</p>
<h1>${identity.target === '' ? 'Unnamed machine' : identity.target}</h1>
<p class="decision"><strong class="mark ${tone}">${verdictWord(model)}</strong> <span class="soft">${by(model)}</span></p>
${model.notices.map(({ message }) => html`<p class="notice">${capital(message)}</p>`)}
${verdict === undefined || verdict.reasons.length === 0 ? undefined : reasons(model)}
${figures(model)}`;
}

function by({ identity }: ReportModel): Markup {
  const baseline = identity.baseline === undefined ? html`CIS content` : html`by <span class="name">${identity.baseline.name}</span>`;
  return html`${baseline}, ${identity.content.product} ${identity.content.version}, on ${moment(identity.ended)}${identity.os === undefined ? undefined : html`, ${identity.os}`}`;
}

function reasons({ verdict, rules }: ReportModel): Markup {
  const known = new Map(rules.map((rule) => [rule.rule, rule]));
  return html`<div class="reasons"><h2 class="why">Why it was refused</h2><ul>${verdict?.reasons.map(({ code, message, rule }) => {
    const failed = rule === undefined ? undefined : known.get(rule);
    return html`<li>${capital(message)} ${failed === undefined ? undefined : html`<a href="#${anchorOf(failed)}">see the rule</a> `}<code>${code}</code></li>`;
  })}</ul></div>`;
}

function figures({ tally, before, ignored }: ReportModel): Markup {
  const { counts } = tally;
  const passed = counts.pass + counts.fixed;
  const inForce = ignored.filter(({ expired, result }) => !expired && result !== undefined && result !== 'notselected');
  const next = inForce[0];
  return html`<dl class="figures">
<div class="big"><dt>Pass rate</dt><dd>${percent(tally.pass_rate)}${before === undefined ? undefined : html`<span class="was">${percent(before.pass_rate)} before hardening</span>`}</dd></div>
<div><dt>Passed</dt><dd>${passed}<span class="was">of ${tally.evaluated} evaluated</span></dd></div>
<div><dt>Failing</dt><dd${tally.evaluated - passed > 0 ? html` class="fail"` : undefined}>${tally.evaluated - passed}${before === undefined ? undefined : html`<span class="was">${before.evaluated - before.counts.pass - before.counts.fixed} before</span>`}</dd></div>
<div><dt>Ignored</dt><dd>${inForce.length}${next === undefined ? undefined : html`<span class="was">next until <time datetime="${next.expires}">${day(next.expires)}</time></span>`}</dd></div>
<div><dt>Not applicable</dt><dd>${counts.notapplicable}</dd></div>
</dl>`;
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
