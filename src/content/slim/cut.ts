import type { Gap, Piece } from './outline.ts';

/** A range of bytes that goes: [from, to). */
export interface Cut {
  readonly from: number;
  readonly to: number;
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const newline = 0x0a;

/** The bytes without the dropped pieces, and without the indentation before tags: each item keeps one line end before it. */
export function withoutPieces(source: Uint8Array, dropped: readonly Piece[], gaps: readonly Gap[]): Uint8Array {
  const cuts = [...dropped.map((piece): Cut => ({ from: leading(source, piece), to: piece.end })), ...gaps.flatMap((gap) => indentation(source, gap))];
  return without(source, cuts);
}

/** White space before a piece goes with it; a comment stays. */
function leading(source: Uint8Array, piece: Piece): number {
  let from = piece.start;
  while (from > piece.gap && isSpace(source[from - 1])) from--;
  return from;
}

/** All of a gap but its first line end. */
function indentation(source: Uint8Array, { from, to }: Gap): Cut[] {
  for (let i = from; i < to; i++) if (!isSpace(source[i])) return [];
  return [{ from: source[from] === newline ? from + 1 : from, to }];
}

function without(source: Uint8Array, cuts: readonly Cut[]): Uint8Array {
  const result = new Uint8Array(source.length);
  let at = 0;
  let length = 0;
  const copy = (to: number): void => {
    result.set(source.subarray(at, to), length);
    length += to - at;
  };
  for (const { from, to } of [...cuts].sort((a, b) => a.from - b.from || b.to - a.to)) {
    if (to <= at) continue;
    if (from > at) copy(from);
    at = to;
  }
  copy(source.length);
  return result.slice(0, length);
}
