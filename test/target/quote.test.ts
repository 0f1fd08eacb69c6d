import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { asRoot, shellQuote } from '../../src/target/quote.ts';

/** What sh makes of a command line, one argument per NUL. */
const words = (line: string): string[] => execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' }).split('\0').slice(0, -1);

describe('shellQuote', () => {
  it('gives every text back unchanged through sh', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom("'", '"', '\\', '$', '`', '\n', ' ', '!', '~', '#', '*', 'a') }))
      .map((given) => Buffer.from(given.replaceAll('\0', '')).toString());
    fc.assert(fc.property(fc.array(text, { minLength: 1, maxLength: 30 }), (texts) => {
      expect(words(texts.map(shellQuote).join(' '))).to.deep.equal(texts);
    }), { numRuns: 60 });
  });

  it('keeps an empty word a word', () => {
    expect(shellQuote('')).to.equal("''");
  });

  it('leaves plain words readable', () => {
    expect(shellQuote('/var/lib/cupel-build/content.xml')).to.equal('/var/lib/cupel-build/content.xml');
  });

  it('quotes what begins with a tilde, which sh would expand', () => {
    expect(shellQuote('~root')).to.equal("'~root'");
  });
});

describe('asRoot', () => {
  it('hands data over as positional arguments, never in the script', () => {
    expect(asRoot('echo "$1"', ['a b'], true)).to.deep.equal(['sh', '-c', 'echo "$1"', 'cupel', 'a b']);
  });

  it('goes through sudo without a question for any other user', () => {
    expect(asRoot('true', [], false)).to.deep.equal(['sudo', '-n', '--', 'sh', '-c', 'true', 'cupel']);
  });
});
