import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { BaselineError, inspectBaseline, loadBaseline, type Problem } from '../../src/baseline/index.ts';
import { ExitCode } from '../../src/errors.ts';
import { baselineFolder, mini } from './folder.ts';

const fullRule = (rule: string): string => `xccdf_org.ssgproject.content_rule_${rule}`;

async function problemsOf(text: string, others: Readonly<Record<string, string>> = {}): Promise<(Problem & { at: string })[]> {
  const folder = await baselineFolder({ 'mini.yml': text, ...others });
  const { problems } = await inspectBaseline('mini', { folder });
  return problems.map((problem) => ({ ...problem, at: `${problem.file.slice(folder.length + 1)}:${problem.line}:${problem.column}` }));
}

describe('loading a baseline', () => {
  it('finds a shipped one by its name and any other by its path', async () => {
    const folder = await baselineFolder({ 'mini.yml': mini(), 'other/own.yaml': mini() });
    expect((await loadBaseline('mini', { folder })).name).to.equal('mini');
    expect((await loadBaseline(join(folder, 'other/own.yaml'), { folder })).path).to.equal(join(folder, 'other/own.yaml'));
  });

  it('offers the nearest name when there is no such baseline', async () => {
    const folder = await baselineFolder({ 'mini.yml': mini() });
    const { document, problems } = await inspectBaseline('mimi', { folder });
    expect(document).to.equal(undefined);
    expect(problems).to.have.length(1);
    expect(problems[0]).to.include({ code: 'not-found', nearest: 'mini' });
  });

  it('offers the nearest fragment in extends, and only there', async () => {
    const folder = await baselineFolder({ 'mini.yml': mini('extends: [container-hots]\n'), 'fragments/container-host.yml': 'name: container-host\n' });
    const { problems } = await inspectBaseline('mini', { folder });
    expect(problems).to.have.length(1);
    expect(problems[0]).to.include({ code: 'not-found', line: 4, column: 11, nearest: 'container-host' });
    expect(problems[0]?.remedy).to.contain('fragments shipped: container-host;');
    expect((await inspectBaseline('container-hots', { folder })).problems[0]?.nearest).to.equal(undefined);
  });

  it('takes one baseline a file', async () => {
    const found = await problemsOf(`${mini()}---\n${mini()}`);
    expect(found).to.have.length(1);
    expect(found[0]).to.include({ at: 'mini.yml:4:1', code: 'several-documents', what: 'a second document starts here' });
    expect(found[0]?.remedy).to.contain('one baseline a file');
  });

  it('reports every problem at once, each with file, line and column', async () => {
    const found = await problemsOf(`name: mini
content: { product: mini, versoin: "1" }
profile: base
gate: { pass_rate: 2 }
harden: { passes: 0 }
ignore:
  - rule: sshd_banner
    reason: because
`);
    expect(found.map(({ at, code }) => `${at} ${code}`)).to.deep.equal([
      'mini.yml:2:27 unknown-key', 'mini.yml:4:20 schema', 'mini.yml:5:19 schema', 'mini.yml:7:5 missing-key', 'mini.yml:7:5 missing-key',
    ]);
    expect(found.find(({ code }) => code === 'unknown-key')).to.include({ nearest: 'version' });
  });

  it('throws them as one configuration error whose message a person can follow', async () => {
    const folder = await baselineFolder({ 'mini.yml': mini('gaet: {}\nharden: { pases: 3 }\n') });
    const error = await loadBaseline('mini', { folder }).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(BaselineError);
    const { message, exitCode, problems } = error as BaselineError;
    expect(exitCode).to.equal(ExitCode.configuration);
    expect(problems).to.have.length(2);
    expect(message).to.contain(`${folder}/mini.yml:4:1: unknown key "gaet"; did you mean "gate"; known keys here: name,`);
    expect(message).to.contain(`${folder}/mini.yml:5:11: unknown key "pases" in harden; did you mean "passes"; known keys here: passes, skip, guard`);
  });

  it('refuses a key that is there twice', async () => {
    const found = await problemsOf(mini('gate: { pass_rate: 0.9 }\ngate: { pass_rate: 0.1 }\n'));
    expect(found.map(({ at, code }) => [at, code])).to.deep.equal([['mini.yml:5:1', 'duplicate-key']]);
  });

  for (const [what, entry] of Object.entries({
    reason: '{ rule: r, owner: o, expires: 2099-01-01 }',
    owner: '{ rule: r, reason: why, expires: 2099-01-01 }',
    expires: '{ rule: r, reason: why, owner: o }',
  })) {
    it(`refuses an ignored rule without ${what}`, async () => {
      const found = await problemsOf(mini(`ignore:\n  - ${entry}\n`));
      expect(found).to.have.length(1);
      expect(found[0]).to.include({ at: 'mini.yml:5:5', code: 'missing-key', what: `"${what}" is missing in ignore.0` });
    });
  }

  for (const [what, text, code] of [
    ['no YAML', 'name: [', 'yaml'],
    ['a list', '- name', 'schema'],
    ['nothing', '', 'schema'],
    ['an impossible date', mini('ignore: [{ rule: r, reason: a, owner: b, expires: 2027-02-30 }]'), 'schema'],
    ['a blank reason', mini('ignore: [{ rule: r, reason: "  ", owner: b, expires: 2027-02-03 }]'), 'schema'],
    ['a version that is no range', 'name: mini\ncontent: { product: mini, version: newest }\nprofile: base\n', 'schema'],
    ['a digest that is none', 'name: mini\ncontent: { product: mini, sha256: ABC }\nprofile: base\n', 'schema'],
    ['no name', 'content: { product: mini }\nprofile: base\n', 'missing-key'],
    ['no profile', 'name: mini\ncontent: { product: mini }\n', 'missing-key'],
    ['no product', 'name: mini\nprofile: base\n', 'missing-key'],
    ['a rule ignored under its short and its full id', mini(`ignore:\n  - { rule: r, reason: a, owner: b, expires: 2027-02-03 }\n  - { rule: ${fullRule('r')}, reason: a, owner: b, expires: 2027-02-03 }\n`), 'ignore-duplicate'],
    ['a rule ignored under its full id and in a list', mini(`ignore: [{ rule: ${fullRule('r')}, reason: a, owner: b, expires: 2027-02-03 }]\nignore_files: [{ path: list.txt, owner: o, expires: 2028-01-01 }]\n`), 'ignore-duplicate'],
    ['a value set under its short and its full id', mini('values:\n  var_umask: 027\n  xccdf_org.ssgproject.content_value_var_umask: 077\n'), 'value-duplicate'],
    ['a rule ignored twice', mini('ignore:\n  - &a { rule: r, reason: a, owner: b, expires: 2027-02-03 }\n  - *a\n'), 'ignore-duplicate'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      expect((await problemsOf(text, { 'list.txt': 'r # why\n' })).map((problem) => problem.code)).to.include(code);
    });
  }

  for (const [key, more, at] of [
    ['a description', 'description: "a\\u0001b"', '4:14'],
    ['a value', 'values: { var_umask: 027, var_banner: "a\\x1Bb" }', '4:39'],
    ['a value as it is in the file', 'values: { var_banner: a\u0007b }', '4:23'],
    ['half of a surrogate pair in a value', 'values: { var_banner: "\\uD800" }', '4:23'],
    ['a reason', 'ignore: [{ rule: r, reason: "a\\0b", owner: o, expires: 2099-01-01 }]', '4:29'],
  ] as const) {
    it(`refuses a character in ${key} that no XML can hold`, async () => {
      const found = await problemsOf(mini(`${more}\n`));
      expect(found.map((problem) => [problem.at, problem.code])).to.deep.equal([[`mini.yml:${at}`, 'schema']]);
      expect(found[0]?.what).to.contain('holds a control character that XML forbids');
    });
  }

  it('takes line ends, tabs and every letter', async () => {
    expect(await problemsOf(mini('description: "a\\tb\\r\\n\\u00e9\\U0001F512"\n'))).to.deep.equal([]);
  });

  it('refuses an alias bomb without expanding it', async () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcdefghi'.split('').map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[at]!}`).join(',')}]`)].join('\n');
    expect((await problemsOf(bomb)).map(({ code }) => code)).to.include('yaml');
  });

  it('keeps a value as it was typed: 027 is not the number 27', async () => {
    const folder = await baselineFolder({ 'mini.yml': mini('values: { var_umask: 027, var_length: 14, var_banner: "a b", other: yes, pick: { selector: cis } }') });
    const { values } = await loadBaseline('mini', { folder });
    expect([...values].map(([name, { value }]) => [name, value])).to.deep.equal([
      ['var_umask', { literal: '027' }], ['var_length', { literal: '14' }], ['var_banner', { literal: 'a b' }], ['other', { literal: 'yes' }], ['pick', { selector: 'cis' }],
    ]);
  });
});

describe('extending fragments', () => {
  it('merges in order: later single values and map entries win, lists add up', async () => {
    const folder = await baselineFolder({
      'fragments/one.yml': 'name: one\nvalues: { a: 1, b: 1 }\nselect: [x]\ngate: { pass_rate: 0.5, max_failures: { high: 3, low: 9 } }\n',
      'fragments/two.yml': 'name: two\nvalues: { b: 2, c: 2 }\nselect: [y, x]\ngate: { min_evaluated: 7 }\n',
      'mini.yml': mini('extends: [one, two]\nvalues: { c: 3 }\nselect: [z]\ngate: { max_failures: { high: 0 } }\n'),
    });
    const document = await loadBaseline('mini', { folder });
    expect([...document.values].map(([name, { value }]) => [name, value])).to.deep.equal([['a', { literal: '1' }], ['b', { literal: '2' }], ['c', { literal: '3' }]]);
    expect(document.select.map(({ value }) => value)).to.deep.equal(['x', 'y', 'z']);
    expect(document.gate).to.deep.include({ passRate: 0.5, minEvaluated: 7, maxFailures: { high: 0, low: 9 } });
    expect(document.sources).to.deep.equal(['fragments/one.yml', 'fragments/two.yml', 'mini.yml']);
  });

  it('inherits content and profile from a whole baseline, but not its name', async () => {
    const folder = await baselineFolder({ 'mini.yml': mini('description: parent\n'), 'site.yml': 'name: site\nextends: [mini]\n' });
    expect(await loadBaseline('site', { folder })).to.deep.include({ name: 'site', description: undefined });
    const { problems } = await inspectBaseline(join(folder, 'site.yml'), { folder });
    expect(problems).to.deep.equal([]);
  });

  it('lets the file that extends replace an ignore entry of its fragment', async () => {
    const folder = await baselineFolder({
      'fragments/f.yml': 'name: f\nignore:\n  - { rule: r, reason: fragment, owner: a, expires: 2099-01-01 }\n',
      'mini.yml': mini('extends: [f]\nignore:\n  - { rule: r, reason: own, owner: b, expires: 2098-01-01 }\n'),
    });
    const { ignore } = await loadBaseline('mini', { folder });
    expect(ignore.map(({ value }) => [value.reason, value.source])).to.deep.equal([['own', 'mini.yml:6']]);
  });

  for (const [what, above, own] of [
    ['in full', 'r', fullRule('r')], ['in short', fullRule('r'), 'r'],
  ] as const) {
    it(`replaces an ignore entry whose rule is named ${what}, and shortens it`, async () => {
      const folder = await baselineFolder({
        'fragments/f.yml': `name: f\nignore:\n  - { rule: ${above}, reason: fragment, owner: a, expires: 2099-01-01 }\n`,
        'mini.yml': mini(`extends: [f]\nignore:\n  - { rule: ${own}, reason: own, owner: b, expires: 2025-01-01 }\n`),
      });
      const { ignore } = await loadBaseline('mini', { folder });
      expect(ignore.map(({ value }) => [value.rule, value.reason, value.expires])).to.deep.equal([['r', 'own', '2025-01-01']]);
    });
  }

  it('lets a value named in full replace one named in short; lists hold a rule once, however it is named', async () => {
    const folder = await baselineFolder({
      'fragments/f.yml': `name: f\nvalues: { v: 1 }\nselect: [r]\nharden: { skip: [${fullRule('r')}] }\ngate: { required: [r] }\n`,
      'mini.yml': mini(`extends: [f]\nvalues: { xccdf_org.ssgproject.content_value_v: 2 }\nselect: [${fullRule('r')}]\nharden: { skip: [r] }\ngate: { required: [${fullRule('r')}] }\ndeselect: [{ rule: ${fullRule('s')}, reason: why }]\n`),
    });
    const { values, select, deselect, harden, gate } = await loadBaseline('mini', { folder });
    expect([...values].map(([name, { value }]) => [name, value])).to.deep.equal([['v', { literal: '2' }]]);
    expect([select, deselect, harden.skip, gate.required].map((list) => list.map(({ value }) => value))).to.deep.equal([['r'], ['s'], ['r'], ['r']]);
  });

  it('names the place of a fragment that is not there, and of a circle', async () => {
    expect((await problemsOf(mini('extends: [nothing]\n')))[0]).to.include({ at: 'mini.yml:4:11', code: 'not-found' });
    const circle = await problemsOf(mini('extends: [./b.yml]\n'), { 'b.yml': 'name: b\nextends: [./mini.yml]\n' });
    expect(circle.map(({ at, code }) => [at, code])).to.deep.equal([['b.yml:2:11', 'extends-cycle']]);
  });
});

describe('ignore lists named by a baseline', () => {
  it('take owner and expiry from the baseline, or from the line, whose word goes first', async () => {
    const folder = await baselineFolder({
      'ignore.d/site.txt': 'r1 # one\nr2 # two; owner=storage; expires=2030-01-01; ticket=T-1\n',
      'mini.yml': mini('ignore_files: [{ path: ignore.d/site.txt, owner: site, expires: 2028-01-01 }]\n'),
    });
    const document = await loadBaseline('mini', { folder });
    expect(document.ignore.map(({ value }) => value)).to.deep.equal([
      { rule: 'r1', reason: 'one', owner: 'site', approved: undefined, expires: '2028-01-01', ticket: undefined, source: 'ignore.d/site.txt:1' },
      { rule: 'r2', reason: 'two', owner: 'storage', approved: undefined, expires: '2030-01-01', ticket: 'T-1', source: 'ignore.d/site.txt:2' },
    ]);
    expect(document.sources).to.deep.equal(['mini.yml', 'ignore.d/site.txt']);
  });

  it('refuses an entry without owner and expiry, and says both ways to give them', async () => {
    const found = await problemsOf(mini('ignore_files: [list.txt]\n'), { 'list.txt': '\nr1 # one\nr2 # two; owner=x\n' });
    expect(found.map(({ at, what }) => [at, what])).to.deep.equal([
      ['list.txt:2:1', 'r1 is ignored without owner and expires'], ['list.txt:3:1', 'r2 is ignored without expires'],
    ]);
    expect(found[0]?.remedy).to.contain('{ path: list.txt, owner: …, expires: YYYY-MM-DD }').and.to.contain('# one; owner=…; expires=YYYY-MM-DD');
  });

  it('refuses a list that is not there, at the place that names it', async () => {
    expect((await problemsOf(mini('ignore_files:\n  - gone.txt\n')))[0]).to.include({ at: 'mini.yml:5:5', code: 'not-found' });
  });

  it('reads the list again each time', async () => {
    const folder = await baselineFolder({ 'l.txt': 'a # x', 'mini.yml': mini('ignore_files: [{ path: l.txt, owner: o, expires: 2028-01-01 }]\n') });
    await writeFile(join(folder, 'l.txt'), 'b # y');
    expect((await loadBaseline('mini', { folder })).ignore.map(({ value }) => value.rule)).to.deep.equal(['b']);
  });
});
