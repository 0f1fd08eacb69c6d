/** A small, fast generator of numbers (mulberry32): the same seed gives the same mutants. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const fragments = [
  '<', '>', '/>', '</', '&', ';', '"', "'", '=', ':', ' ', '\n', '\r\n', '\r', '\t', '\0', '\u0001', '<!--', '-->', '--', '<![CDATA[', ']]>', ']]', '<?', '?>',
  '<?xml version="1.0" encoding="UTF-8"?>', '<?xml version="1.0" encoding="UTF-16"?>', '<!DOCTYPE a>', '&lt;', '&amp;', '&#65;', '&#x10FFFF;', '&#0;', '&#xD800;', '&nbsp;',
  ' a="1"', ' xmlns="u"', ' xmlns:p="u"', ' xmlns:p=""', ' xml:lang="en"', ' p:a="1"', '<p:a/>', '<a>', '</a>', '<a/>', 'é', '€', '😀', '\uFEFF', '\uFFFE', '×', 'x', '-', '.',
].map((text) => new TextEncoder().encode(text));

/** A mutant of a document: one to three of flips, deletions, insertions, copies, exchanges and truncations anywhere. */
export function mutate(document: Uint8Array, pick: (below: number) => number, words: readonly Uint8Array[] = []): Uint8Array {
  let mutant = document;
  for (let times = 1 + pick(3); times > 0; times--) mutant = change(mutant, pick, words);
  return mutant;
}

function change(document: Uint8Array, pick: (below: number) => number, words: readonly Uint8Array[]): Uint8Array {
  const at = pick(document.length + 1);
  const length = Math.min(pick(8) === 0 ? pick(400) : 1 + pick(4), document.length - at);
  const fragment = words.length > 0 && pick(3) === 0 ? words[pick(words.length)]! : fragments[pick(fragments.length)]!;
  switch (pick(8)) {
    case 0: return splice(document, at, Math.min(1, document.length - at), Uint8Array.of(pick(256)));
    case 1: {
      const flipped = document.slice();
      if (at < flipped.length) flipped[at] = flipped[at]! ^ (1 << pick(8));
      return flipped;
    }
    case 2: return splice(document, at, length, new Uint8Array(0));
    case 3: return splice(document, at, 0, fragment);
    case 4: return splice(document, at, length, fragment);
    case 5: return splice(document, pick(document.length + 1), 0, document.slice(at, at + pick(300)));
    case 6: return pick(4) === 0 ? document.slice(0, at) : splice(document, at, 0, Uint8Array.of(pick(256), pick(256)));
    default: return splice(document, at, 0, document.slice(at, at + length));
  }
}

function splice(document: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  const result = new Uint8Array(document.length - removed + inserted.length);
  result.set(document.subarray(0, at));
  result.set(inserted, at);
  result.set(document.subarray(at + removed), at + inserted.length);
  return result;
}
