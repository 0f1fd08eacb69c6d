import type { Counts } from '../../gate/index.ts';
import type { ReportModel } from '../model.ts';
import { html, type Markup } from '../page/index.ts';
import type { Section } from './section.ts';

const severities = ['high', 'medium', 'low', 'unknown'] as const;
const failWords = ['fail', 'error', 'unknown', 'notchecked'] as const;
const passedOf = (counts: Counts): number => counts.pass + counts.fixed;
const failedOf = (counts: Counts): number => failWords.reduce((sum, word) => sum + counts[word], 0);

/** Per severity, before and after hardening; then the counts by XCCDF's words. */
export function numbersSection({ tally, before, identity }: ReportModel): Section {
  const rows = severities.flatMap((severity) => {
    const after = tally.by_severity[severity];
    const was = before?.by_severity[severity];
    return passedOf(after) + failedOf(after) + (was === undefined ? 0 : failedOf(was)) === 0 ? [] : [row(severity === 'unknown' ? 'none stated' : severity, was, after)];
  });
  return {
    id: 'numbers', title: 'Numbers', short: 'Numbers',
    body: html`<div class="cols"><table>
<caption class="unseen">Failing rules by severity</caption>
<thead><tr><th scope="col">Severity</th>${before === undefined ? undefined : html`<th scope="col" class="n">Failing before</th>`}<th scope="col" class="n">Failing${before === undefined ? undefined : ' after'}</th><th scope="col" class="n">Passed</th><th scope="col" class="bar"><span class="unseen">Share that passed</span></th></tr></thead>
<tbody>${rows}${row('all', before?.counts, tally.counts)}</tbody>
</table>
<dl class="words">${words(tally.counts, before?.counts)}${Object.entries(identity.scores).map(([system, value]) => html`<div><dt>oscap's score, ${system.replace(/^urn:xccdf:scoring:/, '')}</dt><dd>${value}</dd></div>`)}</dl></div>
<p class="soft small">The pass rate is passed ÷ (passed + fail + error + unknown + not checked), unrounded; ignored rules are left out. oscap's own score weighs groups and is another number.</p>`,
  };
}

function row(severity: string, before: Counts | undefined, after: Counts): Markup {
  const failed = failedOf(after);
  return html`<tr${severity === 'all' ? html` class="sum"` : undefined}><th scope="row">${severity}</th>${before === undefined ? undefined : html`<td class="n soft">${failedOf(before)}</td>`}<td class="n${failed > 0 ? ' fail' : ''}">${failed}</td><td class="n">${passedOf(after)}</td><td class="bar">${bar(passedOf(after), failed)}</td></tr>`;
}

/** Two lengths; the numbers stand beside it, so it says nothing to a screen reader. */
function bar(passed: number, failed: number): Markup {
  const whole = passed + failed;
  const width = whole === 0 ? 0 : Math.round((passed / whole) * 1000) / 10;
  // What fails is seen, however little it is.
  const shown = failed > 0 && passed > 0 ? Math.min(width, 98.5) : width;
  return html`<svg class="rate" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="f-none" width="100" height="6"/><rect class="f-pass" width="${shown}" height="6"/>${failed === 0 ? undefined : html`<rect class="f-fail" x="${shown}" width="${Math.round((100 - shown) * 10) / 10}" height="6"/>`}</svg>`;
}

function words(counts: Counts, before: Counts | undefined): Markup[] {
  const shown: [string, (counts: Counts) => number][] = [
    ['passed', passedOf], ['fail', ({ fail }) => fail], ['error', ({ error }) => error], ['unknown', ({ unknown }) => unknown],
    ['not checked', ({ notchecked }) => notchecked], ['not applicable', ({ notapplicable }) => notapplicable], ['informational', ({ informational }) => informational],
  ];
  return shown.filter(([, of]) => of(counts) > 0 || (before !== undefined && of(before) > 0)).map(([word, of]) => html`<div><dt>${word}</dt><dd>${before === undefined ? undefined : html`<span class="soft">${of(before)} → </span>`}${of(counts)}</dd></div>`);
}
