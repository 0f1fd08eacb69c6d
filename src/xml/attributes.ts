import { xmlError } from './failure.ts';
import type { ExpandedName, QName } from './names.ts';
import { referenceEnd, resolveReference } from './reference.ts';
import { decodeUtf8 } from './utf8.ts';

/**
 * The attributes of the tag being opened; xmlns declarations are left out. Only valid during `open`:
 * the scanner uses the same object for the next tag. A value becomes a string when it is asked for.
 */
export interface XmlAttributes extends Iterable<[string, string]> {
  readonly size: number;
  /** @param name the local name, or `{uri}local` for an attribute with a prefix */
  get(name: string): string | undefined;
  has(name: string): boolean;
}

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
  private bytes: Uint8Array = new Uint8Array(0);

  clear(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.written = 0;
    this.size = 0;
  }

  /** @param plain the bytes need no more than decoding: no reference, tab or line end among them */
  add(qname: QName, from: number, to: number, plain: boolean, base: number): void {
    let attribute = this.all[this.written];
    if (attribute === undefined) {
      attribute = { qname, name: undefined, from, to, value: undefined };
      this.all.push(attribute);
    }
    attribute.qname = qname;
    attribute.name = undefined;
    attribute.from = from;
    attribute.to = to;
    attribute.value = plain ? undefined : normalized(this.bytes, from, to, base);
    this.written++;
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
    for (let i = 0; i < this.written; i++) {
      const attribute = this.all[i] as Attribute;
      if (attribute.name !== undefined && attribute.name.key === name) return this.read(attribute);
    }
    return undefined;
  }

  has(name: string): boolean {
    return this.all.some((attribute, i) => i < this.written && attribute.name?.key === name);
  }

  * [Symbol.iterator](): IterableIterator<[string, string]> {
    for (const attribute of this.all.slice(0, this.written)) {
      if (attribute.name !== undefined) yield [attribute.name.key, this.read(attribute)];
    }
  }

  private read(attribute: Attribute): string {
    return attribute.value ??= decodeUtf8(this.bytes, attribute.from, attribute.to);
  }
}

/** Attribute-value normalization (XML 1.0, 3.3.3) for an attribute without a DTD. */
function normalized(bytes: Uint8Array, from: number, to: number, base: number): string {
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
