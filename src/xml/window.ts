import { NextOf } from './next-of.ts';
import { decodeUtf8 } from './utf8.ts';

const beyondAscii = /[^\0-\x7f]/;

/**
 * The bytes not yet consumed. After the last one there is always a 0, which no checked document
 * contains: the inner loops stop at it instead of comparing indexes.
 */
export class ByteWindow {
  bytes = new Uint8Array(1 << 12);
  /** The same bytes, one character each: what engines search natively. */
  text = '';
  /** Where the next token begins. */
  at = 0;
  length = 0;
  /** Where at or after `from`, which never goes back, the next thing stands that plain text has not: a reference, `]]>`, a line end to fold. */
  nextSpecial(from: number): number {
    if (this.special !== undefined) {
      if (this.foundSpecial < from) this.foundSpecial = this.special(this.bytes, from, this.length);
      return this.foundSpecial;
    }
    const { text, specials } = this;
    let first = text.length;
    for (const special of specials) first = Math.min(first, special.after(text, from));
    return first;
  }

  /** Offset in the document of `bytes[0]`. */
  base = 0;
  private readonly special: ((bytes: Uint8Array, from: number, to: number) => number) | undefined;
  private foundSpecial = -1;
  private readonly specials = [new NextOf('&'), new NextOf(']]>'), new NextOf('\r')];
  /** Whether the document begins with a byte order mark. */
  startsWithMark = false;

  /** @param special as in `XmlLimits` */
  constructor(special?: (bytes: Uint8Array, from: number, to: number) => number) {
    this.special = special;
  }

  /** @param text the chunk, one character for each byte */
  append(chunk: Uint8Array, text: string): void {
    for (const special of this.specials) special.forget();
    this.foundSpecial = -1;
    this.text = this.at === this.length ? text : this.text.slice(this.at) + text;
    if (this.at > 0) {
      this.bytes.copyWithin(0, this.at, this.length);
      this.base += this.at;
      this.length -= this.at;
      this.at = 0;
    }
    const length = this.length + chunk.length;
    if (length >= this.bytes.length) {
      const grown = new Uint8Array(Math.max(length + 1, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(chunk, this.length);
    this.length = length;
    this.bytes[length] = 0;
  }

  /** What stands between two indexes. The string is new memory: it keeps no chunk alive. */
  decode(from: number, to: number): string {
    const raw = this.text.slice(from, to);
    return beyondAscii.test(raw) ? decodeUtf8(this.bytes, from, to) : owned(raw);
  }

  /** Offset in the document of the byte at `index`. */
  offset(index: number): number {
    return this.base + index;
  }
}

/** Engines let a long slice share the memory of the whole; not that of what it was joined to. */
export function owned(slice: string): string {
  return slice.length < 13 ? slice : (' ' + slice).slice(1);
}
