/** XML 1.0 (fifth edition), production 4, NameStartChar without the colon: first and last of each range. */
const startRanges = [
  0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a, 0xc0, 0xd6, 0xd8, 0xf6, 0xf8, 0x2ff, 0x370, 0x37d, 0x37f, 0x1fff, 0x200c, 0x200d,
  0x2070, 0x218f, 0x2c00, 0x2fef, 0x3001, 0xd7ff, 0xf900, 0xfdcf, 0xfdf0, 0xfffd, 0x10000, 0xeffff,
] as const;
/** Production 4a: what NameChar has besides. */
const laterRanges = [0x2d, 0x2e, 0x30, 0x39, 0xb7, 0xb7, 0x300, 0x36f, 0x203f, 0x2040] as const;

/** Namespaces in XML 1.0, production 4, NCName. */
export function isNcName(text: string): boolean {
  let first = true;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (!within(startRanges, code) && (first || !within(laterRanges, code))) return false;
    first = false;
  }
  return !first;
}

function within(ranges: readonly number[], code: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) if (code >= (ranges[i] as number) && code <= (ranges[i + 1] as number)) return true;
  return false;
}
