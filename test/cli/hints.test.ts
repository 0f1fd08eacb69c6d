import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { hints } from '../../src/cli/hints.ts';

const root = join(import.meta.dirname, '../../src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

/** The text of a call from its opening parenthesis to the closing one. */
function callAt(text: string, open: number): string {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return text.slice(open, at + 1);
  }
  return text.slice(open);
}

/** Every place in src that names an error code, and whether the remedy stands beside it. */
const thrown = sources.flatMap(({ file, text }) => {
  const found: { code: string; where: string; remedied: boolean }[] = [];
  const collect = (pattern: RegExp, prefix = ''): void => {
    for (const match of text.matchAll(pattern)) {
      const where = `${file}:${text.slice(0, match.index).split('\n').length}`;
      const call = callAt(text, match.index + match[0].indexOf('('));
      found.push({ code: `${prefix}${match[1] ?? ''}`, where, remedied: /\bremedy\b/.test(call) });
    }
  };
  collect(/new \w*Error\(\s*'([a-z0-9-]+)'/g);
  collect(/\bspaceOr\('([a-z0-9-]+)'/g);
  collect(/\bevidenceFrom\('([a-z0-9-]+)'/g);
  collect(/\bxmlError\('([a-z0-9-]+)'/g, 'xml-');
  collect(/\barfError\('([a-z0-9-]+)'/g, 'arf-');
  // What the XML scanner and the ARF reader may refuse with is listed in a type.
  const prefix = { 'xml/failure.ts': 'xml-', 'assay/read/failure.ts': 'arf-' }[file];
  if (prefix !== undefined) for (const [, code = ''] of text.slice(text.indexOf('export type')).matchAll(/'([a-z-]+)'/g)) found.push({ code: `${prefix}${code}`, where: file, remedied: false });
  // Fetching throws why a policy is not met.
  if (file === 'evidence/verify/policy.ts') collect(/reasons\.push\(\{ code: '([a-z-]+)'/g);
  if (file === 'target/ssh-failure.ts') for (const [, code = ''] of text.matchAll(/\/i?, '([a-z-]+)',/g)) found.push({ code, where: file, remedied: false });
  return found;
});

describe('the hints', () => {
  it('are looked for in all of src', () => {
    expect(thrown.map(({ code }) => code)).to.include.members(['target-login', 'oscap-failed', 'xml-truncated', 'arf-no-results', 'target-disk-full', 'fix-script-broken']);
    expect(thrown.length).to.be.greaterThan(120);
  });

  it('say for every error what to do, where the error does not say so itself', () => {
    const without = thrown.filter(({ code, remedied }) => !remedied && hints[code] === undefined);
    expect(without.map(({ code, where }) => `${code} at ${where}`)).to.deep.equal([]);
  });

  it('are of no error that nobody throws', () => {
    const known = new Set(thrown.map(({ code }) => code));
    expect(Object.keys(hints).filter((code) => !known.has(code))).to.deep.equal([]);
  });

  it('are one line each, and no sentence that ends', () => {
    for (const [code, hint] of Object.entries(hints)) {
      expect(hint, code).to.match(/^[^A-Z\n][^\n]{10,190}[^.\n]$/);
    }
  });
});
