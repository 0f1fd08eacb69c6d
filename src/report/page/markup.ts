/**
 * The only way from text to HTML: what is put into an `html` template is escaped, unless it came out of one. Text of
 * an ARF was written by the machine that was scanned, so nothing else may make markup.
 */
export class Markup {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** @internal for `html` alone; templates are the code's own text, values were escaped */
  static assembled(text: string): Markup {
    return new Markup(text);
  }
}

/** What may stand in a template. Lists are put together without anything between; `undefined` is nothing. */
export type Content = Markup | string | number | undefined | readonly Content[];

/** ``html`<p title="${a}">${b}</p>` ``: values are escaped for text and for attributes in double quotes, the only places they may stand. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = strings[0] ?? '';
  values.forEach((value, at) => (text += rendered(value) + (strings[at + 1] ?? '')));
  return Markup.assembled(text);
}

function rendered(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'string') return escaped(content);
  if (typeof content === 'number') return String(content);
  return content instanceof Markup ? content.text : content.map(rendered).join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return visible(text).replace(/[&<>"]/g, (character) => entities[character] ?? '');
}

/** Control characters, halves of characters, and those that turn the direction of writing: a title must not read as something it does not say. */
// eslint-disable-next-line no-control-regex -- they are what is taken out
const deceptive = /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\p{Surrogate}]/gu;

function visible(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(deceptive, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}
