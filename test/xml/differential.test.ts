import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { generator, mutate } from './mutations.ts';
import { bytes, Recorder, feedSaxes, feedScanner, plainSearches, scan, scanWithSaxes } from './oracle.ts';

// A Buffer's slice shares memory; a Uint8Array's does not.
const fixture = (name: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(new URL(`../fixtures/arf/${name}.gz`, import.meta.url))));

/** What we refuse on purpose although it is well-formed. */
const stricter = new Set(['xml-doctype', 'xml-encoding', 'xml-too-long', 'xml-too-deep', 'xml-too-many-names', 'xml-namespace', 'xml-malformed']);

const seeds = [
  '<?xml version="1.0" encoding="UTF-8"?>\n<!-- c --><r xmlns="u" xmlns:p="v" a="1" p:a=\'2 &lt; "3"\'>t &amp; <p:e/>é€😀<![CDATA[<&]] >]]>\r\n<?pi x?></r>\n<!-- end -->',
  '<a><b c="d&#10;e\tf"/><b xmlns:q="w" q:x="1" x="2">]] &gt; &#x41;</b\n><é ü="ö"/></a>',
  // Tags that come again: those the scanner knows by their form.
  `<r xmlns="u" xmlns:p="v">${[1, 2, 3, 4].map((i) => `\n<e a="${i}" b="x > ${i}">t<p:f g="${i}\t"/>${i % 2 ? '<h/>' : '<h>]]</h>'}</e><e a="é" b="">u &gt; v</e>`).join('')}</r>`,
  '\uFEFF<a:b xmlns:a="one"><a:b xmlns:a="two"><a:c a:d="e"/></a:b><a:c/></a:b>',
].map(bytes);

describe('the XML scanner beside saxes', () => {
  for (const name of ['debian12-cis-l1.arf.xml', 'all-notapplicable.arf.xml', 'all-notapplicable.results.xml', 'debian12-cis-l1.testresult.xml']) {
    it(`tells the same of ${name}`, () => {
      const document = fixture(name);
      const ours = new Recorder();
      const theirs = new Recorder();
      feedScanner(document, ours, Array.from({ length: Math.floor(document.length / 65536) }, (_, i) => (i + 1) * 65536));
      feedSaxes(document, theirs);
      expect(ours.events.length).to.equal(theirs.events.length);
      expect(ours.events.findIndex((event, i) => event !== theirs.events[i])).to.equal(-1);
    });
  }

  it('accepts no mutant that saxes refuses, and tells the same of those it accepts, however they are cut', function () {
    // Seconds on an idle machine; a shared one may be ten times slower.
    this.timeout(600_000);
    const pick = generator(20261101);
    let accepted = 0;
    for (let i = 0; i < 60_000; i++) {
      const mutant = mutate(seeds[i % seeds.length]!, pick);
      const cuts = Array.from({ length: pick(4) }, () => pick(mutant.length + 1));
      const ours = scan(mutant, cuts, i % 3 === 0 ? plainSearches : {});
      const theirs = scanWithSaxes(mutant);
      const shown = (): string => `mutant ${i}: ${JSON.stringify(new TextDecoder().decode(mutant))} cut at ${cuts.join(',')}`;
      if (typeof ours === 'string') {
        if (theirs !== undefined) expect(stricter, shown()).to.include(ours);
      } else {
        accepted++;
        if (theirs === undefined || ours.join('\n') !== theirs.join('\n')) expect(ours, shown()).to.deep.equal(theirs);
      }
      // Which fault is named may depend on the cuts; whether there is one may not.
      if (i % 4 === 0 && typeof scan(mutant) !== typeof ours) expect(scan(mutant), shown()).to.deep.equal(ours);
    }
    expect(accepted).to.be.greaterThan(3000);
  });

  it('tells the same of a document however its bytes are cut', () => {
    for (const seed of seeds) {
      const whole = scan(seed);
      expect(whole).to.be.an('array');
      for (let cut = 0; cut <= seed.length; cut++) expect(scan(seed, [cut])).to.deep.equal(whole);
      expect(scan(seed, Array.from(seed.keys()))).to.deep.equal(whole);
    }
  });

  it('refuses a document that ends at any byte before its last element is closed', () => {
    for (const seed of seeds) {
      const last = new TextDecoder().decode(seed.slice(0)).lastIndexOf('</');
      const closed = bytes(new TextDecoder('utf-8', { ignoreBOM: true }).decode(seed).slice(0, last)).length;
      for (let end = 0; end < closed; end++) expect(scan(seed.slice(0, end))).to.be.oneOf(['xml-truncated', 'xml-empty']);
    }
  });
});
