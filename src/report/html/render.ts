import type { ReportModel } from '../model.ts';
import { html, type Markup, renderPage, themeSwitch } from '../page/index.ts';
import { changesSection } from './changes.ts';
import { failingSection } from './failing.ts';
import { hardeningSection } from './hardening.ts';
import { headline, verdictWord } from './headline.ts';
import { identitySection } from './identity.ts';
import { ignoredSection } from './ignored.ts';
import { numbersSection } from './numbers.ts';
import { rulesSection } from './rules.ts';
import { script } from './script.ts';
import type { Section } from './section.ts';
import { style } from './style.ts';

/**
 * The report as one HTML file that opens from anywhere and loads nothing. Pure: the same model, the same bytes.
 * The order is that in which a person asks: decision, numbers, what fails, what is ignored, what changed, how it came
 * about, every rule, what exactly this is about.
 */
export function renderHtml(model: ReportModel): string {
  const sections = [numbersSection, failingSection, ignoredSection, changesSection, hardeningSection, rulesSection, identitySection]
    .flatMap((draw) => draw(model) ?? []);
  return renderPage({
    title: `${model.identity.target}: ${verdictWord(model).toLowerCase()}`,
    style, script,
    body: html`<a class="skip" href="#main">To the report</a>
<header class="wide top">${headline(model)}</header>
<nav class="screen" aria-label="Parts of this report"><div class="wide"><ul>${sections.map(entry)}</ul>${themeSwitch}</div></nav>
<main class="wide" id="main" tabindex="-1">
${sections.map(drawn)}
</main>
<footer><p class="wide">Drawn by Cupel from ${model.source.name}. Whatever the scanned machine wrote is shown as text. The
report is for reading: what counts is the evidence it was drawn from, and <code>cupel verify</code> checks that.</p></footer>`,
  });
}

function entry({ id, short, note }: Section): Markup {
  return html`<li><a href="#${id}">${short}${note === undefined ? undefined : html` <span class="soft">${note}</span>`}</a></li>`;
}

function drawn({ id, title, body }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>
`;
}
