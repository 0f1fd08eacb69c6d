import { expect } from 'chai';
import fc from 'fast-check';
import { html } from '../../../src/report/page/index.ts';

/** As a parser reads it back. */
function decoded(markup: string): string {
  return markup.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

describe('html``', () => {
  it('never lets a value become markup, in text or in an attribute', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (value) => {
      const inText = html`<p>${value}</p>`.text;
      expect(inText.slice(3, -4)).to.not.match(/[<>"]/);
      expect(html`<p title="${value}"></p>`.text.slice(10, -6)).to.not.match(/[<>"]/);
    }));
  });

  it('keeps what a person can read', () => {
    fc.assert(fc.property(fc.string(), (value) => {
      expect(decoded(html`${value}`.text)).to.equal(value);
    }));
    expect(html`${'zwölf € 😀\n\ttabs'}`.text).to.equal('zwölf € 😀\n\ttabs');
  });

  it('does not escape twice what came out of a template', () => {
    expect(html`<ul>${['a', '<b>'].map((item) => html`<li>${item}</li>`)}</ul>`.text).to.equal('<ul><li>a</li><li>&lt;b&gt;</li></ul>');
  });

  it('takes no object for markup that only looks like it', () => {
    const forged = { text: '<script>' } as unknown as string;
    expect(() => html`${forged}`.text).to.throw(TypeError);
  });

  it('leaves nothing out but undefined: zero and the empty string are values', () => {
    expect(html`${0}|${''}|${undefined}|${[]}`.text).to.equal('0|||');
  });

  it('shows what would deceive the eye', () => {
    expect(html`${'safe\u202Etxt.exe'}`.text).to.equal('safe⟨U+202E⟩txt.exe');
    expect(html`${'\u001b[31mred\u0000\u0085'}`.text).to.equal('␛[31mred␀⟨U+0085⟩');
    expect(html`${'zero\u200bwidth\u2066iso\ufeff'}`.text).to.equal('zero⟨U+200B⟩width⟨U+2066⟩iso⟨U+FEFF⟩');
    expect(html`${'lone \ud800 half'}`.text).to.equal('lone ⟨U+D800⟩ half');
    expect(html`${'dos\r\nmac\rend'}`.text).to.equal('dos\nmac␍end');
  });
});
