import type { CollectedItem, Field, Finding } from '../model.ts';
import { count, html, type Markup } from '../page/index.ts';
import { cut } from './prose.ts';

const operations: Readonly<Record<string, string>> = {
  '': '', equals: '=', 'not equal': '≠', 'case insensitive equals': '= (any case)', 'case insensitive not equal': '≠ (any case)',
  'greater than': '>', 'less than': '<', 'greater than or equal': '≥', 'less than or equal': '≤', 'pattern match': 'matches',
};
const existences: Readonly<Record<string, string>> = {
  all_exist: 'to be there', any_exist: 'to be there or not', at_least_one_exists: 'at least one', none_exist: 'none', only_one_exists: 'exactly one',
};
const longest = 600;
const shown = 5;

/** Why a rule does not pass: each test that speaks against it, with what oscap looked for, expected and found. */
export function findings(all: readonly Finding[], left: number): Markup {
  const more = left + Math.max(0, all.length - shown);
  return html`${all.slice(0, shown).map(one)}${more === 0 ? undefined : html`<p class="soft small">… and ${count(more, 'more test')} in the ARF</p>`}`;
}

function one({ comment, test, result, object, expected, existence, check, items, moreItems, negated, messages }: Finding): Markup {
  const outcome = result === 'true' || result === 'false' ? undefined : html` <span class="chip warn">${result}</span>`;
  return html`<div class="finding"><p class="test">${comment === '' ? test : comment}${outcome}</p><dl>
${object.length === 0 ? undefined : html`<dt>Looked for</dt><dd>${fields(object)}</dd>`}
<dt>Expected</dt><dd>${negated ? 'not: ' : undefined}${existences[existence] ?? existence}${expected.length === 0 ? undefined : html`, ${check === 'all' ? 'each with' : html`${check} with`} ${fields(expected)}`}</dd>
<dt>Found</dt><dd>${items.length === 0 ? html`nothing` : found(items, object, moreItems)}</dd>
${messages.length === 0 ? undefined : html`<dt>oscap says</dt><dd>${messages.map((message) => html`<div>${cut(message, longest)}</div>`)}</dd>`}
</dl></div>`;
}

function found(items: readonly CollectedItem[], object: readonly Field[], more: number): Markup {
  const asked = new Set(object.map(({ name, value }) => `${name}\0${value}`));
  return html`<ul class="items">${items.map(({ kind, status, fields: all }) => {
    // What was asked for is said above, and ids of OVAL variables say nothing to a person.
    const news = all.filter(({ name, value }) => name !== 'var_ref' && value !== '' && !asked.has(`${name}\0${value}`));
    return html`<li>${status === 'exists' ? undefined : html`${status} `}${fields(news.length === 0 ? all : news)}${all.length === 0 ? kind : undefined}</li>`;
  })}${more === 0 ? undefined : html`<li class="soft">… and ${more} more</li>`}</ul>`;
}

function fields(all: readonly Field[]): Markup {
  return html`${all.map(({ name, operation, value }) => html`<span><i>${name} ${operations[operation] ?? operation}</i> <code>${cut(value, longest)}</code></span> `)}`;
}
