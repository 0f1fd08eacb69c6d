import { stripVTControlCharacters } from 'node:util';

/** Text from elsewhere as one printable line: escape sequences out, line breaks and control characters to blanks. */
export function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  return stripVTControlCharacters(text).replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}
