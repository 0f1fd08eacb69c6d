import { count, html, type Markup, moment, percent, renderPage, themeSwitch } from '../page/index.ts';
import { duration } from '../text.ts';
import { changesBetween } from './build.ts';
import { chart } from './chart.ts';
import { headlineOf, linkTo, outcomeChip, type Links } from './words.ts';
import type { Build, BuildChanges, ImageLine } from './model.ts';
import { style } from './style.ts';

/** So many names of rules stand in a row; the report has the rest. */
const named = 6;

/** Everything of one image line: three charts, then every build, the latest first. */
export function renderLine(line: ImageLine, links: Links): string {
  const { image, builds } = line;
  const latest = builds.at(-1);
  const rows = builds.map((build, at) => row(build, builds[at - 1], links)).reverse();
  return renderPage({
    title: `${image}: history`, style, script: '',
    body: html`<header class="wide top"><div class="bar"><a href="index.html">All images</a>${themeSwitch}</div>
<p class="eyebrow">Cupel · history of an image</p><h1>${image}</h1>
${latest === undefined ? undefined : html`<p class="decision">${outcomeChip(latest)} <span class="soft">${headlineOf(latest)}</span></p>`}
</header>
<main class="wide">
<section aria-labelledby="over-time"><h2 id="over-time">Over time</h2>
${charts(builds)}</section>
<section aria-labelledby="builds"><h2 id="builds">${count(builds.length, 'build')}</h2>
<ol class="builds">${rows}</ol></section>
</main>
<footer><p class="wide">Drawn by Cupel from verdicts as they lie in the evidence. Nothing of it was verified here: <code>cupel verify</code> does that.</p></footer>`,
  });
}

function charts(builds: readonly Build[]): Markup {
  const drawn = [
    chart(builds, { title: 'Pass rate', value: ({ passRate }) => passRate, show: percent, tick: (value) => `${Math.round(value * 1000) / 10} %`, from: 'lowest', most: 1 }),
    chart(builds, { title: 'Failing rules', value: ({ failed }) => failed, show: String, tick: String, from: 'zero' }),
    chart(builds, { title: 'Time to build', value: ({ seconds }) => seconds === undefined ? undefined : seconds / 60, show: (minutes) => duration(minutes * 60), tick: (minutes) => `${minutes} min`, from: 'zero' }),
  ];
  return html`${drawn.every((one) => one === undefined) ? html`<p class="soft">There is one build; a second one makes a line.</p>` : drawn}`;
}

function row(build: Build, before: Build | undefined, links: Links): Markup {
  const { failed, passRate, evaluated, ignored, seconds, when, run, reasons, report, path } = build;
  return html`<li id="run-${run}"><div class="when"><time datetime="${when}">${moment(when)}</time> ${outcomeChip(build)}</div>
<div class="what"><p><strong>${percent(passRate)}</strong> <span class="soft">of ${evaluated} evaluated · ${failed} failing · ${ignored.size} ignored${seconds === undefined ? undefined : html` · ${duration(seconds)}`}</span></p>
${reasons.slice(0, named).map((reason) => html`<p class="fail small">${reason}</p>`)}
${before === undefined ? undefined : changes(changesBetween(before, build), before, build)}
<p class="small soft"><span class="mono">${run}</span> · ${report === undefined ? linkTo(links, path, 'evidence') : linkTo(links, report, 'report')}</p></div></li>
`;
}

function changes(of: BuildChanges, before: Build, after: Build): Markup | undefined {
  const titles = (rule: string): string => after.failing.get(rule) ?? before.failing.get(rule) ?? rule;
  const list = (what: string, rules: readonly string[], tone = ''): Markup | undefined => rules.length === 0 ? undefined : html`<li><b class="${tone}">${what}</b> ${rules.slice(0, named).map((rule, at) => html`${at === 0 ? '' : ', '}<span title="${titles(rule)}">${rule}</span>`)}${rules.length > named ? ` and ${rules.length - named} more` : ''}</li>`;
  const drawn = [
    ...of.yardstick.map((what) => html`<li><b class="warn">${what}</b></li>`),
    list('newly failing', of.newlyFailing, 'fail'), list('no longer failing', of.noLongerFailing, 'pass'),
    list('newly ignored', of.newlyIgnored), list('no longer ignored', of.noLongerIgnored),
  ].filter((one) => one !== undefined);
  return drawn.length === 0 ? undefined : html`<ul class="changes">${drawn}</ul>`;
}
