import type { XmlElement } from '../../xml/index.ts';
import type { ProseBlock } from './model.ts';

/** Stands around the id of a value until the values are known. XML can hold no such character, so no text of the content is taken for it. */
const mark = '\u0000';
const xhtml = 'http://www.w3.org/1999/xhtml';

/** An XCCDF description, rationale or warning as blocks of plain text. */
export function proseOf(element: XmlElement): ProseBlock[] {
  const writer = new ProseWriter();
  writer.inside(element);
  writer.end();
  return writer.blocks;
}

/** The text of a fix, values marked. */
export function markedText(element: XmlElement): string {
  return element.children.map((child) => (typeof child === 'string' ? child : isSub(child) ? subMark(child) : markedText(child))).join('');
}

/** Puts the values in force where `proseOf` and `markedText` marked them. */
export function fillIn(text: string, valueOf: (id: string) => string | undefined): string {
  return text.includes(mark) ? text.split(mark).map((part, at) => (at % 2 === 0 ? part : valueOf(part) ?? `(${part})`)).join('') : text;
}

class ProseWriter {
  readonly blocks: ProseBlock[] = [];
  private line = '';
  private kind: 'paragraph' | 'item' = 'paragraph';

  inside(element: XmlElement): void {
    for (const child of element.children) {
      if (typeof child === 'string') this.line += child.replace(/\s+/g, ' ');
      else this.element(child);
    }
  }

  end(next: 'paragraph' | 'item' = 'paragraph'): void {
    const text = this.line.replace(/ *\n */g, '\n').replace(/ {2,}/g, ' ').trim();
    // An empty line between two breaks is where a paragraph ends.
    for (const part of text.split(/\n{2,}/)) if (part !== '') this.blocks.push({ kind: this.kind, text: part });
    this.line = '';
    this.kind = next;
  }

  private element(element: XmlElement): void {
    if (isSub(element)) {
      this.line += subMark(element);
      return;
    }
    switch (element.name.uri === xhtml ? element.name.local : '') {
      case 'br': this.line += '\n'; break;
      case 'code': case 'tt': this.code(element); break;
      case 'pre': {
        this.end();
        const text = markedText(element).replace(/^(?:[ \t]*\n)+/, '').trimEnd();
        if (text !== '') this.blocks.push({ kind: 'code', text });
        break;
      }
      case 'li':
        this.end('item');
        this.inside(element);
        this.end();
        break;
      case 'p': case 'ul': case 'ol': case 'div': case 'table': case 'tr':
        this.end();
        this.inside(element);
        this.end();
        break;
      default: this.inside(element);
    }
  }

  private code(element: XmlElement): void {
    const text = markedText(element).replace(/\s+/g, ' ').trim();
    if (text !== '') this.line += `\`${text}\``;
  }
}

function isSub(element: XmlElement): boolean {
  return element.name.local === 'sub' && element.name.uri !== xhtml;
}

function subMark(element: XmlElement): string {
  return `${mark}${shortValue(element.attributes.get('idref') ?? '')}${mark}`;
}

const ssgValue = 'xccdf_org.ssgproject.content_value_';

/** A value's id without what all ids of SCAP Security Guide begin with. */
export function shortValue(id: string): string {
  return id.startsWith(ssgValue) ? id.slice(ssgValue.length) : id;
}
