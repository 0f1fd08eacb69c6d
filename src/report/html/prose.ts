import type { ProseBlock } from '../model.ts';
import { html, type Markup } from '../page/index.ts';

/** More than this of one text is of no use to a reader; the ARF has all of it. */
const most = 12_000;

/** Blocks of the content's own words; items in a row become one list. */
export function prose(blocks: readonly ProseBlock[]): Markup {
  const drawn: Markup[] = [];
  let items: Markup[] = [];
  const endList = (): void => {
    if (items.length > 0) drawn.push(html`<ul>${items}</ul>`);
    items = [];
  };
  for (const { kind, text } of blocks) {
    if (kind === 'item') {
      items.push(html`<li>${inline(text)}</li>`);
      continue;
    }
    endList();
    drawn.push(kind === 'code' ? code(text) : html`<p>${inline(text)}</p>`);
  }
  endList();
  return html`${drawn}`;
}

export function code(text: string): Markup {
  return html`<pre>${cut(text.trim())}</pre>`;
}

/** Backticks become code; line breaks are meant. */
function inline(text: string): Markup[] {
  return cut(text).split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : html`${part.split('\n').map((line, row) => (row === 0 ? line : html`<br>${line}`))}`));
}

/** @param limit most characters */
export function cut(text: string, limit = most): string {
  return text.length <= limit ? text : `${text.slice(0, limit)} … (${text.length - limit} more characters in the ARF)`;
}
