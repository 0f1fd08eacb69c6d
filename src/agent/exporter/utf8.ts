/** Bytes of a string in UTF-8. The agent's runtime can write it but not count it, and is slow at single characters: nearly all are ASCII. */
export function byteLength(text: string): number {
  const others = text.replace(/[\0-\x7f]+/g, '');
  let more = 0;
  // A surrogate is half of a character of four bytes.
  for (let at = 0; at < others.length; at++) more += others.charCodeAt(at) < 0x800 || (others.charCodeAt(at) & 0xf800) === 0xd800 ? 1 : 2;
  return text.length + more;
}
