import type { TagAttributes } from './attributes.ts';
import { inName, plainValue, space } from './byteclass.ts';
import { xmlError } from './failure.ts';
import type { NameTable, QName } from './names.ts';
import type { ByteWindow } from './window.ts';

/** Reads a start tag in one pass. After `read`, `name`, `selfClosing` and the attributes hold what it said. */
export class TagReader {
  name: QName | undefined;
  selfClosing = false;
  readonly attributes: TagAttributes;
  private readonly names: NameTable;

  constructor(names: NameTable, attributes: TagAttributes) {
    this.names = names;
    this.attributes = attributes;
  }

  /** @returns the index after the tag that begins at `window.at`, or -1 when the bytes end inside it */
  read(window: ByteWindow): number {
    const bytes = window.bytes;
    this.attributes.clear();
    let i = this.nameEnd(bytes, window.at + 1);
    if (bytes[i] === 0) return -1;
    this.name = this.find(window, window.at + 1, i);
    for (;;) {
      const before = i;
      while (space[bytes[i] as number] === 1) i++;
      const byte = bytes[i];
      if (byte === 0x3e) {
        this.selfClosing = false;
        return i + 1;
      }
      if (byte === 0x2f) {
        if (bytes[i + 1] === 0) return -1;
        if (bytes[i + 1] !== 0x3e) throw xmlError('malformed', window.offset(i), '"/" inside a tag');
        this.selfClosing = true;
        return i + 2;
      }
      if (byte === 0) return -1;
      if (i === before) throw xmlError('malformed', window.offset(i), 'no space before an attribute');
      i = this.attribute(window, i);
      if (i < 0) return -1;
    }
  }

  private attribute(window: ByteWindow, from: number): number {
    const bytes = window.bytes;
    let i = this.nameEnd(bytes, from);
    if (bytes[i] === 0) return -1;
    const name = this.find(window, from, i);
    while (space[bytes[i] as number] === 1) i++;
    if (bytes[i] === 0) return -1;
    if (bytes[i] !== 0x3d) throw xmlError('malformed', window.offset(i), 'an attribute without a value');
    i++;
    while (space[bytes[i] as number] === 1) i++;
    const quote = bytes[i];
    if (quote === 0) return -1;
    if (quote !== 0x22 && quote !== 0x27) throw xmlError('malformed', window.offset(i), 'an attribute value without quotes');
    const start = ++i;
    let plain = true;
    for (;;) {
      while (plainValue[bytes[i] as number] === 1) i++;
      const byte = bytes[i];
      if (byte === quote) break;
      if (byte === 0) return -1;
      if (byte === 0x3c) throw xmlError('malformed', window.offset(i), '"<" in an attribute value');
      if (byte !== 0x22 && byte !== 0x27) plain = false;
      i++;
    }
    this.attributes.add(name, start, i, plain);
    return i + 1;
  }

  private hash = 0;

  private nameEnd(bytes: Uint8Array, from: number): number {
    let hash = 0;
    let i = from;
    let byte = bytes[i] as number;
    while (inName[byte] === 1) {
      hash = (Math.imul(hash, 31) + byte) | 0;
      byte = bytes[++i] as number;
    }
    this.hash = hash;
    return i;
  }

  private find(window: ByteWindow, from: number, to: number): QName {
    if (to === from) throw xmlError('malformed', window.offset(from), 'a name is missing');
    return this.names.find(window.bytes, from, to, this.hash, window.offset(from));
  }
}
