import { ascii } from './byteclass.ts';
import { xmlError } from './failure.ts';

/**
 * Checks that a stream of chunks is UTF-8 and holds nothing but XML 1.0 characters
 * (no NUL, no control but tab, line feed and carriage return, no surrogate, no U+FFFE or U+FFFF).
 */
export class Utf8Check {
  /** Continuation bytes still to come. */
  private missing = 0;
  private code = 0;
  /** Smallest code point the sequence may encode: less is an overlong form. */
  private least = 0;
  private readonly asciiEnd: (bytes: Uint8Array, from: number) => number;

  /** @param find as in `XmlLimits` */
  constructor(find: (bytes: Uint8Array, from: number) => number = asciiEnd) {
    this.asciiEnd = find;
  }

  /**
   * @param offset where the chunk begins in the document
   * @throws EvidenceError `xml-encoding` or `xml-character`
   */
  write(chunk: Uint8Array, offset: number): void {
    for (let i = 0; i < chunk.length;) {
      const byte = chunk[i] as number;
      if (this.missing === 0 && ascii[byte] === 1) i = this.asciiEnd(chunk, i + 1);
      else this.byte(byte, offset + i++);
    }
  }

  /** @throws EvidenceError `xml-truncated` when the stream ends inside a character. */
  end(offset: number): void {
    if (this.missing > 0) throw xmlError('truncated', offset, 'the document ends inside a UTF-8 character');
  }

  private byte(byte: number, offset: number): void {
    if (this.missing > 0) this.continuation(byte, offset);
    else if (byte >= 0x80) this.lead(byte, offset);
    else if (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
      throw xmlError('character', offset, byte === 0 ? 'NUL is not allowed' : `control character ${byte} is not allowed`);
    }
  }

  private lead(byte: number, offset: number): void {
    if (byte >= 0xc2 && byte < 0xe0) { this.missing = 1; this.code = byte & 0x1f; this.least = 0x80; }
    else if (byte >= 0xe0 && byte < 0xf0) { this.missing = 2; this.code = byte & 0x0f; this.least = 0x800; }
    else if (byte >= 0xf0 && byte < 0xf5) { this.missing = 3; this.code = byte & 0x07; this.least = 0x10000; }
    else throw xmlError('encoding', offset, `byte 0x${byte.toString(16)} is not UTF-8`);
  }

  private continuation(byte: number, offset: number): void {
    if ((byte & 0xc0) !== 0x80) throw xmlError('encoding', offset, 'a UTF-8 character is cut short');
    this.code = (this.code << 6) | (byte & 0x3f);
    if (--this.missing > 0) return;
    if (this.code < this.least) throw xmlError('encoding', offset, 'overlong UTF-8');
    if (!isXmlCharacter(this.code)) throw xmlError('character', offset, `U+${this.code.toString(16).toUpperCase()} is not allowed`);
  }
}

/** The first place at or after `from` of a byte that is not printable ASCII, a tab or a line end; the length when there is none. */
export function asciiEnd(bytes: Uint8Array, from: number): number {
  const { length, byteOffset } = bytes;
  let i = from;
  for (; i < length && ((byteOffset + i) & 3) !== 0; i++) if (ascii[bytes[i] as number] === 0) return i;
  // Four bytes at a look: at least 0x20, or a line feed, and below 0x80. Nothing carries from one byte to the next.
  const words = new Int32Array(bytes.buffer, i < length ? byteOffset + i : 0, i < length ? (length - i) >> 2 : 0);
  for (let w = 0; w < words.length; w++, i += 4) {
    const word = words[w] as number;
    const unlikeLineFeed = word ^ 0x0a0a0a0a;
    const odd = word | (~((word & 0x7f7f7f7f) + 0x60606060) & (((unlikeLineFeed & 0x7f7f7f7f) + 0x7f7f7f7f) | unlikeLineFeed));
    if ((odd & 0x80808080) !== 0) for (let k = i; k < i + 4; k++) if (ascii[bytes[k] as number] === 0) return k;
  }
  while (i < length && ascii[bytes[i] as number] === 1) i++;
  return i;
}

/** XML 1.0 production 2, Char. */
export function isXmlCharacter(code: number): boolean {
  return code >= 0x20
    ? code < 0xd800 || (code >= 0xe000 && code !== 0xfffe && code !== 0xffff && code <= 0x10ffff)
    : code === 0x09 || code === 0x0a || code === 0x0d;
}

/** Bytes as a string with one character for each, in plain TypeScript; platforms have faster ways. */
export function oneToOne(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode.apply(null, bytes.subarray(i, i + 4096) as unknown as number[]);
  return text;
}

/** UTF-16 units on their way into a string; shared, since nothing here is re-entrant. */
const units = new Uint16Array(4096);

/** Decodes bytes that `Utf8Check` has seen. The string is new memory: it keeps no chunk alive. */
export function decodeUtf8(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  let n = 0;
  for (let i = from; i < to;) {
    const byte = bytes[i++] as number;
    if (byte < 0x80) units[n++] = byte;
    else if (byte < 0xe0) units[n++] = ((byte & 0x1f) << 6) | ((bytes[i++] as number) & 0x3f);
    else if (byte < 0xf0) units[n++] = ((byte & 0x0f) << 12) | (((bytes[i++] as number) & 0x3f) << 6) | ((bytes[i++] as number) & 0x3f);
    else {
      const code = ((byte & 0x07) << 18) | (((bytes[i++] as number) & 0x3f) << 12) | (((bytes[i++] as number) & 0x3f) << 6) | ((bytes[i++] as number) & 0x3f);
      units[n++] = 0xd800 + ((code - 0x10000) >> 10);
      units[n++] = 0xdc00 + ((code - 0x10000) & 0x3ff);
    }
    if (n >= 4094) {
      text += fromUnits(n);
      n = 0;
    }
  }
  return n === 0 ? text : text + fromUnits(n);
}

function fromUnits(count: number): string {
  return String.fromCharCode.apply(null, units.subarray(0, count) as unknown as number[]);
}
