import { expect } from 'chai';
import fc from 'fast-check';
import { LineReader } from '../../src/target/lines.ts';

const line = fc.string({ unit: fc.constantFrom('a', 'é', '\t', '€', '\u001e', '😀') });

describe('LineReader', () => {
  it('gives the same lines however the bytes are cut', () => {
    fc.assert(fc.property(fc.array(line), fc.array(fc.nat(40)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const seen: string[] = [];
      const reader = new LineReader((text) => seen.push(text));
      let at = 0;
      for (const cut of cuts) {
        reader.push(bytes.subarray(at, at + cut));
        at = Math.min(bytes.length, at + cut);
      }
      reader.push(bytes.subarray(at));
      expect(seen).to.deep.equal(lines);
      expect(reader.consumed).to.equal(bytes.length);
    }));
  });

  it('goes on after any number of restarts without a line lost or told twice', () => {
    fc.assert(fc.property(fc.array(line), fc.array(fc.nat(40)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const seen: string[] = [];
      const reader = new LineReader((text) => seen.push(text));
      for (const cut of [...cuts, bytes.length]) {
        reader.restart();
        reader.push(bytes.subarray(reader.consumed, reader.consumed + cut));
      }
      expect(seen).to.deep.equal(lines);
    }));
  });

  it('keeps an unfinished line back and does not count it', () => {
    const seen: string[] = [];
    const reader = new LineReader((text) => seen.push(text));
    reader.push(Buffer.from('whole\npar'));
    expect(seen).to.deep.equal(['whole']);
    expect(reader.consumed).to.equal(6);
  });

  it('is not hurt by a chunk that is used again', () => {
    const seen: string[] = [];
    const reader = new LineReader((text) => seen.push(text));
    const chunk = Buffer.from('first');
    reader.push(chunk);
    chunk.fill('x');
    reader.push(Buffer.from('\n'));
    expect(seen).to.deep.equal(['first']);
  });
});
