import type { ProseBlock, ReportModel, ReportRule } from '../model.ts';
import { count, html, type Markup } from '../page/index.ts';
import { anchorOf } from './anchor.ts';
import { cisText, resultChip, severityChip } from './chips.ts';
import { findings } from './finding.ts';
import { capital } from './headline.ts';
import { code, cut, prose } from './prose.ts';
import { references } from './references.ts';
import type { Section } from './section.ts';

const order = ['high', 'medium', 'low', 'info', 'unknown'];
/** Characters of scripts on one page, the worst rules first: an image that was never hardened has hundreds of them. */
const scripts = 48_000;
/** So few are read in one go; of more, the reader opens those of interest. */
const open = 5;

/** Every rule that counts as failed, the worst first: why, and what to do. */
export function failingSection(model: ReportModel): Section {
  const rules = model.rules.filter(({ standing }) => standing === 'failed').sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  let room = scripts;
  const entries = rules.map((rule) => {
    const length = rule.fix?.script?.length ?? 0;
    const fits = length <= room;
    if (fits) room -= length;
    return entry(rule, rules.length <= open, fits);
  });
  return {
    id: 'failing', title: rules.length === 0 ? 'Nothing fails' : `${count(rules.length, 'rule')} ${rules.length === 1 ? 'fails' : 'fail'}`, short: 'Failing', note: rules.length,
    body: html`${rules.length === 0 ? html`<p class="soft">Every rule that was evaluated and is not ignored passes.</p>` : undefined}${entries}`,
  };
}

function entry(rule: ReportRule, opened: boolean, withScript: boolean): Markup {
  return html`<details class="rule" id="${anchorOf(rule)}"${opened ? html` open` : undefined}>
<summary><h3>${rule.title === '' ? rule.rule : rule.title}</h3><span class="meta">${severityChip(rule.severity)} ${resultChip(rule.result)} ${cisText(rule.cis)} <span class="id mono">${rule.rule}</span></span></summary>
<div class="body">
${subtitle('Why it fails')}
${why(rule)}
${subtitle('How to fix it')}
${fix(rule, withScript)}
${ruleText(rule, subtitle)}
</div></details>
`;
}

function why({ reverted, messages, findings: all, moreFindings, result }: ReportRule): Markup {
  const said = messages.map((message) => html`<p>${capital(cut(message, 2000))}</p>`);
  const rolledBack = reverted ? html`<p><strong>Its fix locked the builder out and was rolled back.</strong></p>` : undefined;
  const nothing = said.length === 0 && all.length === 0 && !reverted;
  return html`${rolledBack}${said}${nothing ? html`<p class="soft">${silence(result)}</p>` : findings(all, moreFindings)}`;
}

function silence(result: ReportRule['result']): string {
  if (result === 'notchecked') return 'Nothing checks it: the content leaves it to a person, or holds no check for this system. What nobody checked counts as failed.';
  return 'oscap recorded no test that speaks against it.';
}

function fix({ fix: known, text }: ReportRule, withScript: boolean): Markup {
  if (known === undefined) return html`<p>By hand: the content has no automatic fix${text === undefined ? '' : '; its description says what is asked for'}.</p>`;
  const source = known.source === 'cupel'
    ? 'Hardening takes a fix of Cupel’s own in place of the content’s; this is the content’s.'
    : 'The content’s script, with the values in force.';
  if (known.script !== undefined && !withScript) return html`<p>The content has a script for it, which is left out here for its length: it is in the ARF, and in <code>remediation.sh</code> of the evidence.</p>`;
  return known.script === undefined ? html`<p>${known.source === 'cupel' ? 'Hardening has a fix of Cupel’s own.' : 'The content has a script for it.'}</p>` : html`<p class="soft small">${source}</p>${code(known.script)}`;
}

const subtitle = (text: string): Markup => html`<h4>${text}</h4>`;

/** What the content says of a rule. @param heading one level below where it stands */
export function ruleText({ text }: ReportRule, heading: (text: string) => Markup): Markup | undefined {
  if (text === undefined) return undefined;
  const part = (title: string, blocks: readonly ProseBlock[]): Markup | undefined => blocks.length === 0 ? undefined : html`${heading(title)}${prose(blocks)}`;
  return html`${part('What is asked for', text.description)}${part('What it is good for', text.rationale)}${part('Before you fix it', text.warnings)}${references(text.references)}`;
}
