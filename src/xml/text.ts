import { xmlError } from './failure.ts';
import { referenceEnd, resolveReference } from './reference.ts';
import type { ByteWindow } from './window.ts';

interface TextSink {
  readonly wantsText?: boolean;
  text(text: string): void;
}

/** Reads runs of character data and CDATA sections. */
export class TextReader {
  /** Bytes since the last tag. */
  length = 0;
  private readonly sink: TextSink;
  private readonly window: ByteWindow;
  private readonly limit: number;
  private wanted = true;

  constructor(sink: TextSink, window: ByteWindow, limit: number) {
    this.sink = sink;
    this.window = window;
    this.limit = limit;
  }

  /** Consumes text up to the next `<` or the last byte that can be understood. False when it needs more bytes to go on. */
  read(): boolean {
    const { window } = this;
    const { text } = window;
    this.wanted = this.sink.wantsText !== false;
    const tag = text.indexOf('<', window.at);
    const end = tag < 0 ? text.length : tag;
    let from = window.at;
    for (;;) {
      const i = window.nextSpecial(from);
      if (i >= end) break;
      const code = text.charCodeAt(i);
      if (code === 0x5d) throw xmlError('malformed', window.offset(i), '"]]>" in text');
      const next = code === 0x26 ? this.reference(from, i) : this.lineEnd(from, i);
      if (next < 0) {
        this.emit(from, i);
        this.consume(i);
        return false;
      }
      from = next;
    }
    const whole = tag < 0 ? this.whole(from) : end;
    this.emit(from, whole);
    this.consume(whole);
    return tag >= 0;
  }

  /** Consumes text that is whole and holds nothing to look at: no reference, line end to fold, or `]]>`. */
  plain(to: number): void {
    const { at } = this.window;
    this.wanted = this.sink.wantsText !== false;
    this.emit(at, to);
    this.consume(to);
  }

  /** Hands over the content of a CDATA section, which stands whole in the window. */
  section(start: number, end: number): void {
    this.wanted = this.sink.wantsText !== false;
    this.grow(end - start);
    const { bytes } = this.window;
    let from = start;
    for (let i = start; i < end; i++) {
      if (bytes[i] !== 0x0d) continue;
      this.emit(from, i);
      from = i + 1;
      if (bytes[from] !== 0x0a || from === end) this.hand('\n');
    }
    this.emit(from, end);
  }

  private reference(from: number, i: number): number {
    const { window } = this;
    const end = referenceEnd(window.bytes, i, window.length, window.offset(i));
    if (end === undefined) return -1;
    this.emit(from, i);
    this.hand(resolveReference(window.bytes, i, end, window.offset(i)));
    return end;
  }

  /** CR and CRLF become LF. */
  private lineEnd(from: number, i: number): number {
    const next = this.window.bytes[i + 1];
    if (next === 0) return -1;
    this.emit(from, i);
    if (next !== 0x0a) this.hand('\n');
    return i + 1;
  }

  /** The last index from `least` on that cuts neither a UTF-8 character nor what may become `]]>`. */
  private whole(least: number): number {
    const { bytes, length } = this.window;
    let end = length;
    while (end > least && end > length - 2 && bytes[end - 1] === 0x5d) end--;
    let lead = end - 1;
    while (lead > least && ((bytes[lead] as number) & 0xc0) === 0x80) lead--;
    const byte = lead < least ? 0 : bytes[lead] as number;
    const size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return lead >= least && lead + size > end ? lead : end;
  }

  private emit(from: number, to: number): void {
    if (this.wanted && to > from) this.sink.text(this.window.decode(from, to));
  }

  private hand(text: string): void {
    if (this.wanted) this.sink.text(text);
  }

  private consume(to: number): void {
    this.grow(to - this.window.at);
    this.window.at = to;
  }

  private grow(bytes: number): void {
    this.length += bytes;
    if (this.length > this.limit) throw xmlError('too-long', this.window.offset(this.window.at), `text longer than ${this.limit} bytes`);
  }
}
