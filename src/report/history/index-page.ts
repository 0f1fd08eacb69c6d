import { count, day, html, type Markup, percent, renderPage, themeSwitch } from '../page/index.ts';
import { changesBetween } from './build.ts';
import { sparkline } from './chart.ts';
import type { History, ImageLine } from './model.ts';
import { style } from './style.ts';
import { headlineOf, outcomeChip, pageOf } from './words.ts';

/** Every image line at a glance; what needs somebody first. */
export function renderIndex({ lines, unreadable }: History): string {
  const builds = lines.reduce((sum, line) => sum + line.builds.length, 0);
  const refused = lines.filter((line) => line.builds.at(-1)?.outcome === 'refused').length;
  const sorted = [...lines].sort((a, b) => Number(attention(b)) - Number(attention(a)));
  return renderPage({
    title: 'Image history', style, script: '',
    body: html`<header class="wide top"><div class="bar"><span></span>${themeSwitch}</div>
<p class="eyebrow">Cupel · history</p><h1>${count(lines.length, 'image')}</h1>
<p class="decision"><span class="soft">${count(builds, 'build')}${lines.length === 0 ? undefined : html` · ${refused === 0 ? 'the latest of every image was accepted' : html`<strong class="fail">${count(refused, 'image')} refused at the last build</strong>`}`}</span></p>
${unreadable.length === 0 ? undefined : html`<details class="notice"><summary>${count(unreadable.length, 'piece')} of evidence could not be read and ${unreadable.length === 1 ? 'is' : 'are'} missing here</summary><ul>${unreadable.slice(0, 100).map(({ path, reason }) => html`<li><code>${path}</code> ${reason}</li>`)}</ul></details>`}
</header>
<main class="wide"><ul class="lines">${sorted.map(entry)}</ul>
${lines.length === 0 ? html`<p>There is no evidence here yet.</p>` : undefined}</main>
<footer><p class="wide">Drawn by Cupel from verdicts as they lie in the evidence. Nothing of it was verified here: <code>cupel verify</code> does that.</p></footer>`,
  });
}

function attention({ builds }: ImageLine): boolean {
  return builds.at(-1)?.outcome === 'refused';
}

function entry({ image, builds }: ImageLine): Markup | undefined {
  const latest = builds.at(-1);
  if (latest === undefined) return undefined;
  const before = builds.at(-2);
  const next = [...latest.ignored.values()].sort()[0];
  return html`<li class="line-entry"><div><h2><a href="${pageOf(image)}">${image}</a></h2><p class="meta">${outcomeChip(latest)} <span class="soft small">${headlineOf(latest)}</span></p>
<p class="small soft">${count(builds.length, 'build')}${before === undefined ? undefined : html` · ${lastChange(before, latest)}`}${next === undefined ? undefined : html` · ${count(latest.ignored.size, 'rule')} ignored, next until ${day(next)}`}</p></div>
<div class="trend">${sparkline(builds, ({ passRate }) => passRate)}</div>
<p class="rate-now">${percent(latest.passRate)}<span class="soft small">${latest.failed} failing</span></p></li>
`;
}

function lastChange(before: Parameters<typeof changesBetween>[0], latest: typeof before): Markup {
  const { newlyFailing, noLongerFailing } = changesBetween(before, latest);
  if (newlyFailing.length + noLongerFailing.length === 0) return html`nothing changed at the last build`;
  return html`last build: ${newlyFailing.length === 0 ? undefined : html`<span class="fail">${newlyFailing.length} newly failing</span> `}${noLongerFailing.length === 0 ? undefined : html`<span class="pass">${noLongerFailing.length} no longer failing</span>`}`;
}
