import { xmlError } from './failure.ts';
import type { TagForm, TagForms } from './forms.ts';
import type { ExpandedName, QName } from './names.ts';
import { referenceEnd, resolveReference } from './reference.ts';
import { decodeUtf8 } from './utf8.ts';
import { type ByteWindow, owned } from './window.ts';

/**
 * The attributes of the tag being opened; xmlns declarations are left out. Only valid during `open`:
 * the scanner uses the same object for the next tag. A value becomes a string when it is asked for.
 */
export interface XmlAttributes extends Iterable<[string, string]> {
  readonly size: number;
  /** @param name the local name, or `{uri}local` for an attribute with a prefix */
  get(name: string): string | undefined;
  has(name: string): boolean;
  /**
   * Whether there is such an attribute and its value begins with one of these. Where only that matters it costs less than `get`.
   * @param prefixes of printable ASCII, without `&`, `<` and quotes
   */
  beginsWith(name: string, prefixes: readonly string[]): boolean;
}

/** What only normalization or decoding turns into the value. */
const unlikeItsValue = /[^ !-%'-~]/;

interface Attribute {
  qname: QName;
  name: ExpandedName | undefined;
  from: number;
  to: number;
  value: string | undefined;
}

export class TagAttributes implements XmlAttributes {
  /** Attributes written in the tag, declarations included. */
  written = 0;
  size = 0;
  private readonly all: Attribute[] = [];
  private readonly window: ByteWindow;
  private readonly forms: TagForms;
  private form: TagForm | undefined;

  constructor(window: ByteWindow, forms: TagForms) {
    this.window = window;
    this.forms = forms;
  }

  clear(): void {
    this.form = undefined;
    this.written = 0;
    this.size = 0;
  }

  /** The attributes are those of the tag whose form was found last. */
  useForm(form: TagForm): void {
    this.form = form;
    this.written = this.size = form.attributes.length;
  }

  /** @param plain the bytes need no more than decoding: no reference, tab or line end among them */
  add(qname: QName, from: number, to: number, plain: boolean): void {
    let attribute = this.all[this.written];
    if (attribute === undefined) {
      attribute = { qname, name: undefined, from, to, value: undefined };
      this.all.push(attribute);
    }
    attribute.qname = qname;
    attribute.name = undefined;
    attribute.from = from;
    attribute.to = to;
    attribute.value = plain ? undefined : normalized(this.window, from, to);
    this.written++;
  }

  /** In the order written, declarations included. */
  qnames(): QName[] {
    return this.all.slice(0, this.written).map(({ qname }) => qname);
  }

  qname(index: number): QName {
    return (this.all[index] as Attribute).qname;
  }

  value(index: number): string {
    return this.read(this.all[index] as Attribute);
  }

  /** Makes a written attribute visible under its resolved name. */
  show(index: number, name: ExpandedName): void {
    (this.all[index] as Attribute).name = name;
    this.size++;
  }

  get(name: string): string | undefined {
    const place = this.placeInForm(name);
    if (place >= 0) return normalized(this.window, this.from(place), this.to(place));
    if (this.form !== undefined) return undefined;
    for (let i = 0; i < this.written; i++) {
      const attribute = this.all[i] as Attribute;
      if (attribute.name !== undefined && attribute.name.key === name) return this.read(attribute);
    }
    return undefined;
  }

  has(name: string): boolean {
    if (this.form !== undefined) return this.placeInForm(name) >= 0;
    return this.all.some((attribute, i) => i < this.written && attribute.name?.key === name);
  }

  beginsWith(name: string, prefixes: readonly string[]): boolean {
    const place = this.placeInForm(name);
    // In a known form no reference stands for what the prefix has, and the quote behind the value is like none of it.
    const text = place < 0 ? this.get(name) ?? '' : this.window.text;
    const from = place < 0 ? 0 : this.from(place);
    for (const prefix of prefixes) if (text.startsWith(prefix, from)) return true;
    return false;
  }

  * [Symbol.iterator](): IterableIterator<[string, string]> {
    for (const { text } of this.form?.attributes ?? []) yield [text, this.get(text) ?? ''];
    if (this.form !== undefined) return;
    for (const attribute of this.all.slice(0, this.written)) {
      if (attribute.name !== undefined) yield [attribute.name.key, this.read(attribute)];
    }
  }

  private read(attribute: Attribute): string {
    return attribute.value ??= this.window.decode(attribute.from, attribute.to);
  }

  private from(place: number): number {
    return this.forms.starts[place] as number;
  }

  private to(place: number): number {
    return this.forms.ends[place] as number;
  }

  private placeInForm(name: string): number {
    const names = this.form?.attributes;
    if (names !== undefined) for (let i = 0; i < names.length; i++) if ((names[i] as QName).text === name) return i;
    return -1;
  }
}

/** Attribute-value normalization (XML 1.0, 3.3.3) for an attribute without a DTD. */
function normalized(window: ByteWindow, from: number, to: number): string {
  const raw = window.text.slice(from, to);
  if (!unlikeItsValue.test(raw)) return owned(raw);
  const { bytes, base } = window;
  let text = '';
  let plain = from;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte !== 0x26 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) continue;
    text += decodeUtf8(bytes, plain, i);
    if (byte === 0x26) {
      const end = referenceEnd(bytes, i, to, base + i);
      if (end === undefined) throw xmlError('malformed', base + i, '"&" begins no reference');
      text += resolveReference(bytes, i, end, base + i);
      i = end - 1;
    } else {
      if (byte === 0x0d && i + 1 < to && bytes[i + 1] === 0x0a) i++;
      text += ' ';
    }
    plain = i + 1;
  }
  return text + decodeUtf8(bytes, plain, to);
}
