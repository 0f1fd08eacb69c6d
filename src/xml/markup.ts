import { xmlError } from './failure.ts';
import type { ByteWindow } from './window.ts';

/** What begins with `<`. */
export type MarkupKind = 'tag' | 'comment' | 'cdata' | 'instruction';

const openers: readonly (readonly [string, MarkupKind | 'doctype'])[] = [['!--', 'comment'], ['![CDATA[', 'cdata'], ['!DOCTYPE', 'doctype'], ['?', 'instruction']];
const lengths: Record<MarkupKind, number> = { tag: 1, comment: 4, cdata: 9, instruction: 2 };
/** The two bytes before the `>` that ends it; an instruction has only the second. */
const closers: Record<Exclude<MarkupKind, 'tag'>, readonly [number, number]> = { comment: [0x2d, 0x2d], cdata: [0x5d, 0x5d], instruction: [0, 0x3f] };

/** What kind of markup begins at `window.at`; undefined while there are too few bytes to tell. */
export function kindOfMarkup(window: ByteWindow): MarkupKind | undefined {
  const { bytes, at } = window;
  const second = bytes[at + 1];
  if (second === 0) return undefined;
  if (second !== 0x21 && second !== 0x3f) return 'tag';
  for (const [opener, kind] of openers) {
    let i = 0;
    while (i < opener.length && bytes[at + 1 + i] === opener.charCodeAt(i)) i++;
    const complete = i === opener.length;
    if (kind === 'doctype' && (complete || i > 1)) throw xmlError('doctype', window.offset(at), 'a DOCTYPE is not allowed');
    if (complete) return kind as MarkupKind;
    if (bytes[at + 1 + i] === 0) return undefined;
  }
  throw xmlError('malformed', window.offset(at), '"<!" begins nothing known');
}

/** Length of what opens markup of a kind: its content begins after it. */
export function openerLength(kind: MarkupKind): number {
  return lengths[kind];
}

/** Looks for the end of one markup token, over as many chunks as it takes and each byte once. */
export class EndSearch {
  private kind: MarkupKind | undefined;
  /** How far the search got, from the first byte of the token. */
  private reached = 0;
  private quote = 0;

  get pending(): boolean {
    return this.kind !== undefined;
  }

  begin(kind: MarkupKind): void {
    this.kind = kind;
    this.reached = lengths[kind];
    this.quote = 0;
  }

  /** @returns the index after the token at `window.at`, or -1 when it is not all there yet */
  resume(window: ByteWindow): number {
    const end = this.kind === 'tag' ? this.tagEnd(window) : this.closerEnd(window, this.kind ?? 'comment');
    if (end >= 0) this.kind = undefined;
    return end;
  }

  cancel(): void {
    this.kind = undefined;
  }

  private tagEnd(window: ByteWindow): number {
    const bytes = window.bytes;
    let i = window.at + this.reached;
    for (let byte = bytes[i]; byte !== 0; byte = bytes[++i]) {
      if (this.quote !== 0) {
        if (byte === this.quote) this.quote = 0;
      } else if (byte === 0x3e) return i + 1;
      else if (byte === 0x22 || byte === 0x27) this.quote = byte;
    }
    this.reached = i - window.at;
    return -1;
  }

  private closerEnd(window: ByteWindow, kind: Exclude<MarkupKind, 'tag'>): number {
    const bytes = window.bytes;
    const [first, second] = closers[kind];
    const least = window.at + lengths[kind] + (first === 0 ? 1 : 2);
    let i = window.at + this.reached;
    for (let byte = bytes[i]; byte !== 0; byte = bytes[++i]) {
      if (byte === 0x3e && i >= least && bytes[i - 1] === second && (first === 0 || bytes[i - 2] === first)) return i + 1;
    }
    this.reached = i - window.at;
    return -1;
  }
}
