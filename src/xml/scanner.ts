import { TagAttributes, type XmlAttributes } from './attributes.ts';
import { space } from './byteclass.ts';
import { Elements } from './elements.ts';
import { xmlError } from './failure.ts';
import { TagForms, type TagForm } from './forms.ts';
import { EndSearch, kindOfMarkup, openerLength, type MarkupKind } from './markup.ts';
import { NameTable, sameBytes, type QName, type XmlName } from './names.ts';
import { checkComment, checkInstruction } from './prolog.ts';
import { TagReader } from './tag.ts';
import { TextReader } from './text.ts';
import { oneToOne, Utf8Check } from './utf8.ts';
import { ByteWindow } from './window.ts';

export interface XmlHandler {
  /**
   * Read before every run of text: while it is false, text is checked but neither decoded nor handed over.
   * Undefined means always wanted. Most of an ARF is text its reader does not need, so it is worth setting.
   */
  readonly wantsText?: boolean;
  /**
   * Read after every `open`: when it is true, the handler is told of no element inside the one just opened, up to its `close`,
   * only that one of the local name `watched` opens. All is checked as elsewhere, and text comes as it is wanted.
   */
  readonly skipping?: boolean;
  readonly watched?: string;
  /** `attributes` is valid during the call only. Names are one object per (uri, local) and scanner. */
  open(name: XmlName, attributes: XmlAttributes): void;
  /** Character data and CDATA with references resolved; may arrive in several pieces. */
  text(text: string): void;
  close(name: XmlName): void;
}

export interface XmlLimits {
  /** Deepest element nesting. Default 256. */
  depth?: number;
  /** Longest tag, comment or run of text between tags, in bytes. Default 4 MiB. */
  token?: number;
  /** Bytes as a string with one character for each (ISO 8859-1). Default: a slow way that runs anywhere. */
  oneToOne?: (bytes: Uint8Array) => string;
  /**
   * The first place at or after `from` of a byte that is not printable ASCII, a tab or a line end; the length when there is
   * none. Default: a loop that is fast where loops are compiled.
   */
  asciiEnd?: (bytes: Uint8Array, from: number) => number;
  /** The first place from `from` to before `to` of `&`, CR or a whole `]]>`; `to` when there is none. Default: the engine's search of strings. */
  special?: (bytes: Uint8Array, from: number, to: number) => number;
}

/**
 * A streaming scanner for namespaced XML 1.0 in UTF-8, for documents nobody vouches for. It expands nothing,
 * fetches nothing, and keeps no more than one token. Whatever is not well-formed, has a DOCTYPE, or goes
 * beyond the limits is refused with an `EvidenceError` whose code begins with `xml-` and whose message names the byte.
 * Events before the refusal have been handed over by then: they mean nothing until `end()` has returned.
 */
export class XmlScanner {
  private readonly handler: XmlHandler;
  private readonly limit: number;
  private readonly window: ByteWindow;
  private readonly utf8: Utf8Check;
  private readonly search = new EndSearch();
  private readonly forms = new TagForms();
  private readonly attributes: TagAttributes;
  private readonly oneToOne: (bytes: Uint8Array) => string;
  private readonly tag: TagReader;
  private readonly elements: Elements;
  private readonly textReader: TextReader;
  /** How deep the element is whose inside the handler skips; 0 when there is none. */
  private skipped = 0;
  private received = 0;
  private rootSeen = false;
  /** Index in the window of the byte after the tag being reported. */
  private tagEnd = 0;
  private failure: unknown;

  constructor(handler: XmlHandler, limits: XmlLimits = {}) {
    this.handler = handler;
    this.limit = limits.token ?? 4 * 1024 * 1024;
    this.oneToOne = limits.oneToOne ?? oneToOne;
    this.utf8 = new Utf8Check(limits.asciiEnd);
    this.window = new ByteWindow(limits.special);
    this.attributes = new TagAttributes(this.window, this.forms);
    const names = new NameTable();
    this.tag = new TagReader(names, this.attributes);
    this.elements = new Elements(names, limits.depth ?? 256);
    this.textReader = new TextReader(handler, this.window, this.limit);
  }

  /** Offset in the document of the first byte of the tag being reported. */
  get tokenStart(): number {
    return this.window.offset(this.window.at);
  }

  /** Offset in the document of the byte after the tag being reported. */
  get tokenEnd(): number {
    return this.window.offset(this.tagEnd);
  }

  /** Takes the next bytes of the document, cut anywhere. The chunk may be reused afterwards. */
  write(chunk: Uint8Array): void {
    this.guarded(() => {
      const text = this.oneToOne(chunk);
      this.utf8.write(chunk, this.received);
      this.received += chunk.length;
      this.window.append(chunk, text);
      this.run();
    });
  }

  /** Says that the document is complete; refuses one that is not. */
  end(): void {
    this.guarded(() => {
      this.utf8.end(this.received);
      if (this.window.at < this.window.length) {
        // A token that never ended: say what is wrong with it, when something is.
        this.search.cancel();
        this.step();
        throw xmlError('truncated', this.received, 'the document ends inside a tag, a comment or a reference');
      }
      const open = this.elements.top;
      if (open !== undefined) throw xmlError('truncated', this.received, `the document ends inside <${open.text}>`);
      if (!this.rootSeen) throw xmlError(this.received === 0 ? 'empty' : 'truncated', this.received, 'the document has no element');
    });
  }

  private guarded(action: () => void): void {
    if (this.failure !== undefined) throw this.failure as Error;
    try {
      action();
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  private run(): void {
    const window = this.window;
    do if (!this.search.pending) this.common();
    while (window.at < window.length && this.step());
  }

  /**
   * Consumes tokens for as long as they are the usual ones: text and end tags without anything special, start tags of a
   * known form. Whatever else it meets is left where it stands, for `step` to look at byte by byte.
   */
  private common(): void {
    const { window, elements, handler, attributes, forms, limit } = this;
    const { text } = window;
    const special = window.nextSpecial(window.at);
    let from = window.at;
    let tag = text.indexOf('<', from);
    if (tag < 0 || special < tag || elements.depth === 0) return;
    this.textReader.plain(tag);
    for (;;) {
      if (text.charCodeAt(tag + 1) === 0x2f) {
        const { endTag } = elements.top as QName;
        if (!text.startsWith(endTag, tag)) return;
        this.tagEnd = from = tag + endTag.length;
        this.textReader.length = 0;
        this.close();
        window.at = from;
        if (elements.depth === 0) return;
        tag = text.indexOf('<', from);
      } else {
        from = forms.find(text, tag + 1);
        const next = text.indexOf('<', tag + 1);
        if (from < 0 || (next >= 0 && next < from) || special < from || from - tag > limit) return;
        const form = forms.found as TagForm;
        this.tagEnd = from;
        this.textReader.length = 0;
        const name = elements.enter(form.name, window.base + tag);
        if (this.skipped === 0 || name.local === handler.watched) {
          attributes.useForm(form);
          this.open(name);
        }
        if (form.selfClosing) this.close();
        window.at = from;
        tag = next;
      }
      if (tag < 0 || special < tag) return;
      if (tag === from) continue;
      if (handler.wantsText !== false) this.textReader.plain(tag);
      else if (tag - from > limit) return;
      else window.at = tag;
    }
  }

  /** Consumes one token. False when the bytes end inside it. */
  private step(): boolean {
    const { window } = this;
    if (window.bytes[window.at] !== 0x3c) return this.elements.depth > 0 ? this.textReader.read() : this.outside();
    if (this.search.pending && this.search.resume(window) < 0) return this.wait();
    const next = window.bytes[window.at + 1] as number;
    const end = next === 0x2f ? this.closeTag() : next !== 0 && next !== 0x21 && next !== 0x3f ? this.openTag() : this.other();
    if (end < 0) return this.wait();
    window.at = end;
    return true;
  }

  private wait(): false {
    const { window } = this;
    if (window.length - window.at > this.limit) this.tooLong();
    if (!this.search.pending) {
      const kind = kindOfMarkup(window);
      if (kind !== undefined) this.search.begin(kind);
    }
    return false;
  }

  private openTag(): number {
    const { window, tag } = this;
    const end = tag.read(window);
    if (end < 0 || tag.name === undefined) return -1;
    const offset = this.report(end);
    if (this.elements.depth === 0) {
      if (this.rootSeen) throw xmlError('outside-root', offset, 'an element after the root element');
      this.rootSeen = true;
    }
    const name = this.elements.push(tag.name, this.attributes, offset);
    this.forms.keep(window.text.slice(window.at + 1, end - 1), tag.name, this.attributes, tag.selfClosing);
    if (this.skipped === 0 || name.local === this.handler.watched) this.open(name);
    if (tag.selfClosing) this.close();
    return end;
  }

  private closeTag(): number {
    const { window, elements } = this;
    const bytes = window.bytes;
    const open = elements.top;
    if (open === undefined) throw xmlError('outside-root', window.offset(window.at), 'an end tag outside the root element');
    let i = window.at + 2 + open.bytes.length;
    if (i > window.length) return this.mismatch(open.text);
    if (!sameBytes(open.bytes, bytes, window.at + 2, i)) return this.mismatch(open.text);
    while (space[bytes[i] as number] === 1) i++;
    if (bytes[i] === 0) return -1;
    if (bytes[i] !== 0x3e) return this.mismatch(open.text);
    this.report(i + 1);
    this.close();
    return i + 1;
  }

  private open(name: XmlName): void {
    const { handler } = this;
    handler.open(name, this.attributes);
    if (this.skipped === 0 && handler.skipping === true) this.skipped = this.elements.depth;
  }

  /** Closes the innermost element. */
  private close(): void {
    const { elements, skipped } = this;
    if (skipped > 0 && skipped < elements.depth) {
      elements.pop();
      return;
    }
    this.skipped = 0;
    this.handler.close(elements.pop());
  }

  /** An end tag that is another one than expected, or not all there. */
  private mismatch(expected: string): number {
    const { bytes, at, length } = this.window;
    const end = bytes.subarray(0, length).indexOf(0x3e, at);
    if (end < 0) return -1;
    throw xmlError('mismatch', this.window.offset(at), `the end tag of <${expected}> was expected`);
  }

  /** Comments, CDATA sections and processing instructions. */
  private other(): number {
    const { window, search } = this;
    const kind = kindOfMarkup(window);
    if (kind === undefined) return -1;
    search.begin(kind);
    const end = search.resume(window);
    if (end < 0) return -1;
    if (end - window.at > this.limit) this.tooLong();
    this.check(kind, window.at + openerLength(kind), end);
    return end;
  }

  private check(kind: MarkupKind, from: number, end: number): void {
    const { window } = this;
    if (kind === 'comment') checkComment(window, from, end - 3);
    else if (kind === 'instruction') checkInstruction(window, from, end - 2);
    else if (this.elements.depth > 0) this.textReader.section(from, end - 3);
    else throw xmlError('outside-root', window.offset(from), 'a CDATA section outside the root element');
  }

  /** What stands before and after the root element: white space, and at the very beginning a byte order mark. */
  private outside(): boolean {
    const { window } = this;
    const { bytes } = window;
    let i = window.at;
    if (window.offset(i) === 0 && bytes[0] === 0xef) {
      if (window.length < 3) return false;
      if (bytes[1] === 0xbb && bytes[2] === 0xbf) {
        window.at = 3;
        window.startsWithMark = true;
        return true;
      }
    }
    while (space[bytes[i] as number] === 1) i++;
    if (i < window.length && bytes[i] !== 0x3c) throw xmlError('outside-root', window.offset(i), 'text outside the root element');
    window.at = i;
    return true;
  }

  /** Notes where the tag to be reported stands, and that a run of text is over. */
  private report(end: number): number {
    const { window } = this;
    if (end - window.at > this.limit) this.tooLong();
    this.textReader.length = 0;
    this.tagEnd = end;
    return window.offset(window.at);
  }

  private tooLong(): never {
    throw xmlError('too-long', this.window.offset(this.window.at), `a tag, comment or text longer than ${this.limit} bytes`);
  }
}
