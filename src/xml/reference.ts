import { xmlError } from './failure.ts';
import { sameBytes } from './names.ts';
import { decodeUtf8, isXmlCharacter } from './utf8.ts';

const entities = ([['lt', '<'], ['gt', '>'], ['amp', '&'], ['quot', '"'], ['apos', "'"]] as const)
  .map(([name, text]) => ({ name: Uint8Array.from(name, (letter) => letter.charCodeAt(0)), text }));
/** Longest reference read: room for leading zeros, which XML allows. */
const longest = 32;

/**
 * Where the reference that begins at `from` (an ampersand) ends: the index after its semicolon.
 * Undefined when the bytes run out first.
 */
export function referenceEnd(bytes: Uint8Array, from: number, to: number, offset: number): number | undefined {
  for (let i = from + 1; i < to; i++) {
    if (bytes[i] === 0x3b) return i + 1;
    if (i - from > longest) throw xmlError('undefined-entity', offset, '"&" begins no reference');
  }
  return undefined;
}

/** The text a whole reference, from its ampersand to after its semicolon, stands for. */
export function resolveReference(bytes: Uint8Array, from: number, to: number, offset: number): string {
  for (const { name, text } of entities) if (sameBytes(name, bytes, from + 1, to - 1)) return text;
  const name = decodeUtf8(bytes, from + 1, to - 1);
  const text = character(name);
  if (text === undefined) throw xmlError('undefined-entity', offset, `"&${name};" is not defined`);
  return text;
}

function character(name: string): string | undefined {
  const code = /^#[0-9]+$/.test(name) ? parseInt(name.slice(1), 10) : /^#x[0-9A-Fa-f]+$/.test(name) ? parseInt(name.slice(2), 16) : NaN;
  return isXmlCharacter(code) ? String.fromCodePoint(code) : undefined;
}
