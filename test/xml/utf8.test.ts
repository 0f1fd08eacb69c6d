import { expect } from 'chai';
import { asciiEnd } from '../../src/xml/utf8.ts';
import { generator } from './mutations.ts';
import { plainSearches } from './oracle.ts';

describe('the search for what is not plain ASCII', () => {
  it('finds every byte where it stands, from any place, at any alignment', () => {
    for (let byte = 0; byte < 256; byte++) {
      for (let at = 0; at < 12; at++) {
        const all = new Uint8Array(16).fill(0x20).subarray(at & 3, 12 + (at & 3));
        all[at] = byte;
        for (const from of [0, 1, 2, 3, 5, at]) expect(asciiEnd(all, from), `byte ${byte} at ${at} from ${from}`).to.equal(plainSearches.asciiEnd(all, from));
      }
    }
  });

  it('is not misled by what stands beside', () => {
    const pick = generator(20261124);
    const edges = [0, 8, 9, 10, 11, 12, 13, 14, 0x1f, 0x20, 0x7e, 0x7f, 0x80, 0xff];
    for (let i = 0; i < 20_000; i++) {
      const all = Uint8Array.from({ length: pick(24) }, () => (pick(4) === 0 ? edges[pick(edges.length)]! : [9, 10, 13, 0x20, 0x7f][pick(5)]!)).subarray(pick(3));
      const from = pick(all.length + 1);
      expect(asciiEnd(all, from), String(all)).to.equal(plainSearches.asciiEnd(all, from));
    }
  });
});
