import { expect } from 'chai';
import { bytes, scan } from './oracle.ts';

const depth = (levels: number): string => '<a>'.repeat(levels) + '</a>'.repeat(levels);

describe('the XML scanner', () => {
  it('resolves namespaces, references and line ends', () => {
    expect(scan('<p:a xmlns:p="u" xmlns="d" p:x="1&#10;&lt;" y="a\r\nb\tc"><b/>x&amp;\r\ny<![CDATA[<&>\r]]></p:a>')).to.deep.equal([
      '<{u}a {u}x="1\\n<" y="a b c">', '<{d}b>', '</{d}b>', '"x&\\ny<&>\\n"', '</{u}a>',
    ]);
  });

  it('gives a prefix back what it was bound to outside', () => {
    expect(scan('<p:a xmlns:p="1"><p:a xmlns:p="2"/><p:a/></p:a>')).to.deep.equal(['<{1}a>', '<{2}a>', '</{2}a>', '<{1}a>', '</{1}a>', '</{1}a>']);
  });

  it('takes a byte order mark and a declaration of UTF-8 in either case', () => {
    expect(scan('\uFEFF<?xml version="1.0" encoding="utf-8" standalone="yes"?><a/>')).to.deep.equal(['<a>', '</a>']);
  });

  it('goes as deep as the limit and no deeper', () => {
    expect(scan(depth(256))).to.be.an('array');
    expect(scan(depth(257))).to.equal('xml-too-deep');
    expect(scan(depth(1_000_000))).to.equal('xml-too-deep');
    expect(scan(depth(4), [], { depth: 3 })).to.equal('xml-too-deep');
  });

  const long = 'x'.repeat(1100);
  for (const [what, document] of [
    ['an attribute', `<a b="${long}"/>`], ['a name', `<a${long}/>`], ['a comment', `<a><!--${long}--></a>`], ['text', `<a>${long}</a>`],
    ['text cut by comments', `<a>${'xxxxx<!---->'.repeat(220)}</a>`], ['a CDATA section', `<a><![CDATA[${long}]]></a>`], ['an instruction', `<a><?b ${long}?></a>`],
    ['white space in a tag', `<a${' '.repeat(1100)}/>`],
  ] as const) {
    it(`refuses ${what} beyond the limit, complete or not, whole or byte by byte`, () => {
      const limits = { token: 1000 };
      const all = bytes(document);
      expect(scan(all, [], limits)).to.equal('xml-too-long');
      expect(scan(all, Array.from(all.keys()), limits)).to.equal('xml-too-long');
    });
  }

  it('does not slow down on a long token that comes byte by byte', () => {
    const all = bytes(`<a b="${'x'.repeat(1 << 20)}"/>`);
    expect(scan(all, Array.from(all.keys()))).to.have.length(2);
  });

  it('bounds the number of different names', () => {
    expect(scan(`<r>${Array.from({ length: 10_000 }, (_, i) => `<a${i}/>`).join('')}</r>`)).to.equal('xml-too-many-names');
  });

  const refusals: [string, string | Uint8Array, string][] = [
    ['nothing', '', 'xml-empty'],
    ['white space alone', ' \n', 'xml-truncated'],
    ['an unclosed element', '<a><b></b>', 'xml-truncated'],
    ['an unclosed comment', '<a><!-- ', 'xml-truncated'],
    ['an unclosed tag', '<a b="c', 'xml-truncated'],
    ['a reference cut off', '<a>&am', 'xml-truncated'],
    ['a character cut off', Uint8Array.of(0x3c, 0x61, 0x3e, 0xe2, 0x82), 'xml-truncated'],
    ['a DOCTYPE', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 'xml-doctype'],
    ['an entity bomb', '<!DOCTYPE a [<!ENTITY b "&c;&c;">]><a>&b;</a>', 'xml-doctype'],
    ['an undefined entity', '<a>&nbsp;</a>', 'xml-undefined-entity'],
    ['an undefined entity in an attribute', '<a b="&nbsp;"/>', 'xml-undefined-entity'],
    ['a bare ampersand', '<a>AT&T and so on and so on and so on</a>', 'xml-undefined-entity'],
    ['a bare ampersand in an attribute', '<a b="&"/>', 'xml-malformed'],
    ['a reference to NUL', '<a>&#0;</a>', 'xml-undefined-entity'],
    ['a reference to a surrogate', '<a>&#xD800;</a>', 'xml-undefined-entity'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>', 'xml-undefined-entity'],
    ['NUL', '<a>\0</a>', 'xml-character'],
    ['a control character', '<a>\u0008</a>', 'xml-character'],
    ['U+FFFF', '<a>\uFFFF</a>', 'xml-character'],
    ['a lone continuation byte', Uint8Array.of(0x3c, 0x61, 0x3e, 0x80), 'xml-encoding'],
    ['an overlong form', Uint8Array.of(0x3c, 0x61, 0x3e, 0xe0, 0x80, 0xbc), 'xml-encoding'],
    ['an encoded surrogate', Uint8Array.of(0x3c, 0x61, 0x3e, 0xed, 0xa0, 0x80), 'xml-character'],
    ['Latin-1', Uint8Array.of(0x3c, 0x61, 0x3e, 0xe9, 0x3c, 0x2f, 0x61, 0x3e), 'xml-encoding'],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x3c, 0x00), 'xml-encoding'],
    ['another declared encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'xml-encoding'],
    ['XML 1.1', '<?xml version="1.1"?><a/>', 'xml-malformed'],
    ['a declaration that is not at the beginning', ' <?xml version="1.0"?><a/>', 'xml-malformed'],
    ['tags that do not match', '<a><b></a></b>', 'xml-mismatch'],
    ['an end tag that says more', '<a></ab>', 'xml-mismatch'],
    ['an end tag with nothing open', '</a>', 'xml-outside-root'],
    ['an attribute twice', '<a b="1" b="2"/>', 'xml-duplicate-attribute'],
    ['an attribute twice by two prefixes', '<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>', 'xml-duplicate-attribute'],
    ['a declaration twice', '<a xmlns:p="u" xmlns:p="v"/>', 'xml-duplicate-attribute'],
    ['a prefix that is not declared', '<p:a/>', 'xml-undefined-prefix'],
    ['an attribute prefix that is not declared', '<a p:b=""/>', 'xml-undefined-prefix'],
    ['a prefix out of its scope', '<a><b xmlns:p="u"/><p:c/></a>', 'xml-undefined-prefix'],
    ['an unbound prefix', '<a xmlns:p=""/>', 'xml-namespace'],
    ['the prefix xml bound otherwise', '<a xmlns:xml="u"/>', 'xml-namespace'],
    ['the prefix xmlns declared', '<a xmlns:xmlns="http://www.w3.org/2000/xmlns/"/>', 'xml-namespace'],
    ['text before the root', 'x<a/>', 'xml-outside-root'],
    ['text after the root', '<a/>x', 'xml-outside-root'],
    ['a reference after the root', '<a/>&#32;', 'xml-outside-root'],
    ['an element after the root', '<a/><b/>', 'xml-outside-root'],
    ['a CDATA section after the root', '<a/><![CDATA[]]>', 'xml-outside-root'],
    ['"]]>" in text', '<a>]]></a>', 'xml-malformed'],
    ['"--" in a comment', '<a><!-- -- --></a>', 'xml-malformed'],
    ['a comment that ends in "--->"', '<a><!-- ---></a>', 'xml-malformed'],
    ['"<" in an attribute', '<a b="<"/>', 'xml-malformed'],
    ['an attribute without quotes', '<a b=c/>', 'xml-malformed'],
    ['an attribute without value', '<a b/>', 'xml-malformed'],
    ['attributes without space between', '<a b="1"c="2"/>', 'xml-malformed'],
    ['a name that begins with a digit', '<1a/>', 'xml-malformed'],
    ['a name with two colons', '<a xmlns:b="u"><b:c:d/></a>', 'xml-malformed'],
    ['a space before the name', '< a/>', 'xml-malformed'],
    ['an instruction without target', '<a><? x?></a>', 'xml-malformed'],
  ];
  for (const [what, document, code] of refusals) {
    it(`refuses ${what}`, () => {
      const all = typeof document === 'string' ? bytes(document) : document;
      expect(scan(all)).to.equal(code);
      expect(scan(all, Array.from(all.keys()))).to.equal(code);
    });
  }
});
