import { space } from './byteclass.ts';
import { xmlError } from './failure.ts';
import { isNcName } from './namechars.ts';
import { decodeUtf8 } from './utf8.ts';
import type { ByteWindow } from './window.ts';

const declaration = /^xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])1\.0\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])([A-Za-z][-A-Za-z0-9._]*)\2)?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(?:yes|no)\4)?[ \t\r\n]*$/;
/** Room for any declaration and any sensible target. */
const longestTarget = 256;

/** Checks a processing instruction, or the XML declaration, whose content is `bytes[from..to)`. */
export function checkInstruction(window: ByteWindow, from: number, to: number): void {
  const { bytes } = window;
  const offset = window.offset(from) - 2;
  let end = from;
  while (end < to && space[bytes[end] as number] === 0) end++;
  if (end - from > longestTarget) throw xmlError('too-long', offset, 'the target of a processing instruction is too long');
  const target = decodeUtf8(bytes, from, end);
  if (target === 'xml' && atBeginning(window, offset)) checkDeclaration(decodeUtf8(bytes, from, Math.min(to, from + longestTarget)), offset);
  else if (target.toLowerCase() === 'xml') throw xmlError('malformed', offset, 'an XML declaration is allowed only at the very beginning');
  else if (!isNcName(target)) throw xmlError('malformed', offset, 'a processing instruction without a proper target');
}

/** Checks that a comment whose content is `bytes[from..to)` holds no `--` and ends in no `-`. */
export function checkComment(window: ByteWindow, from: number, to: number): void {
  const { bytes } = window;
  for (let i = from; i < to; i++) {
    if (bytes[i] === 0x2d && (bytes[i + 1] === 0x2d)) throw xmlError('malformed', window.offset(i), '"--" in a comment');
  }
}

function checkDeclaration(text: string, offset: number): void {
  const parts = declaration.exec(text);
  if (parts === null) throw xmlError('malformed', offset, 'the XML declaration is not one of XML 1.0');
  const encoding = parts[3];
  if (encoding !== undefined && encoding.toUpperCase() !== 'UTF-8') {
    throw xmlError('encoding', offset, `encoding "${encoding}" is declared; only UTF-8 is read`);
  }
}

/** At the first byte, or right after a byte order mark: nothing else can stand before offset 3 and be accepted. */
function atBeginning(window: ByteWindow, offset: number): boolean {
  return offset === 0 || (offset === 3 && window.startsWithMark);
}
