import type { XmlAttributes, XmlHandler, XmlName } from '../../xml/index.ts';
import { isContainer, namespaces } from './vocabulary.ts';

/** One element of a data stream that can be kept or cut as a whole, and where its bytes are. */
export interface Piece {
  readonly uri: string;
  readonly local: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** End of the tag before it: from here to `start` there is white space, or a comment. */
  readonly gap: number;
  /** First byte of its start tag, the byte after that tag, and the byte after its end tag. */
  readonly start: number;
  readonly body: number;
  end: number;
  readonly children: Piece[];
  /** What it points at, with everything in it that is no piece of its own: ids of values, rules, platforms and OVAL items. */
  readonly refs: Set<string>;
}

/** White space between two tags where only elements may stand: [from, to). */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

const pointers = ['idref', 'value-id', 'id-ref', 'definition_ref', 'test_ref', 'object_ref', 'state_ref', 'var_ref', 'variable_ref', 'export-name'] as const;
const ovalId = /^oval:[^:\s]+:(?:def|tst|obj|ste|var):[0-9]+$/;

/** Where the scanner stands; it is made after its handler. */
export interface Position {
  readonly tokenStart: number;
  readonly tokenEnd: number;
}

/**
 * Reads a data stream into a tree of pieces: everything down to a rule's fix or an OVAL test, and no deeper.
 * What lies deeper only says what the piece above it points at.
 */
export class OutlineReader implements XmlHandler {
  root: Piece | undefined;
  readonly gaps: Gap[] = [];
  position: Position = { tokenStart: 0, tokenEnd: 0 };
  /** The open elements. A piece is only made directly below another. */
  private readonly elements: { piece: Piece | undefined; elementOnly: boolean }[] = [];
  private readonly pieces: Piece[] = [];
  private previous = 0;
  private afterOpen = false;
  private collected = '';
  private collecting = false;

  get wantsText(): boolean {
    return this.collecting;
  }

  open(name: XmlName, attributes: XmlAttributes): void {
    const { tokenStart, tokenEnd } = this.position;
    const parent = this.elements.at(-1);
    this.noteGap(tokenStart, parent?.elementOnly ?? false);
    const isPiece = parent === undefined || (parent.piece !== undefined && isContainer(parent.piece.uri, parent.piece.local));
    const piece = isPiece ? this.add(name, attributes, tokenStart, tokenEnd) : undefined;
    const holder = this.pieces.at(-1);
    for (const pointer of pointers) {
      const value = attributes.get(pointer);
      if (value !== undefined) for (const id of value.split(/\s+/)) holder?.refs.add(id);
    }
    const isOval = name.uri.startsWith(namespaces.oval);
    this.elements.push({ piece, elementOnly: isOval || (piece !== undefined && isContainer(name.uri, name.local)) });
    this.collecting = isOval || name.uri === namespaces.dictionary;
    this.collected = '';
    this.previous = tokenEnd;
    this.afterOpen = true;
  }

  text(text: string): void {
    this.collected += text;
  }

  close(): void {
    const { tokenStart, tokenEnd } = this.position;
    const closing = this.elements.pop();
    const isEmptyTag = tokenStart < this.previous;
    // White space alone in an element without children may be its value.
    if (!isEmptyTag && !this.afterOpen) this.noteGap(tokenStart, closing?.elementOnly ?? false);
    const text = this.collected.trim();
    if (ovalId.test(text)) this.pieces.at(-1)?.refs.add(text);
    this.collected = '';
    if (closing?.piece) {
      closing.piece.end = tokenEnd;
      this.pieces.pop();
    }
    this.previous = tokenEnd;
    this.afterOpen = false;
  }

  private add(name: XmlName, attributes: XmlAttributes, start: number, body: number): Piece {
    const piece: Piece = {
      uri: name.uri, local: name.local, attributes: Object.fromEntries(attributes), gap: this.previous, start, body, end: body, children: [], refs: new Set(),
    };
    const parent = this.pieces.at(-1);
    if (parent) parent.children.push(piece);
    else this.root ??= piece;
    this.pieces.push(piece);
    return piece;
  }

  private noteGap(to: number, elementOnly: boolean): void {
    if (elementOnly && to > this.previous) this.gaps.push({ from: this.previous, to });
  }
}
