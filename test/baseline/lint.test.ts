import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { lintBaseline, type Problem } from '../../src/baseline/index.ts';
import { readContentIndex } from '../../src/content/index.ts';
import { baselineFolder, choices, mini } from './folder.ts';

const asOf = new Date('2026-11-23T12:00:00Z');

async function lint(more: string, others: Readonly<Record<string, string>> = {}): Promise<(Problem & { at: string })[]> {
  const folder = await baselineFolder({ 'mini.yml': mini(more), ...others });
  const { problems } = await lintBaseline('mini', { folder, asOf, contentFor: () => readContentIndex('test/fixtures/content/ssg-mini-ds.xml') });
  return problems.map((problem) => ({ ...problem, at: `${problem.file.slice(folder.length + 1)}:${problem.line}:${problem.column}` }));
}

const chosen = 'choices: { firewall: nftables }\n';

describe('linting a baseline', () => {
  it('finds nothing where nothing is wrong', async () => {
    expect(await lint(chosen)).to.deep.equal([]);
  });

  it('checks everything beside an element that is malformed, and says where each stands', async () => {
    const found = await lint(`${chosen}values: { var_banner: { selektor: cis }, var_lenght: 3 }
ignore:
  - { rule: no_empty_passwords, reason: why, owner: me }
  - { rule: sshd_baner, reason: why, owner: me, expires: 2099-01-01 }
  - { rule: sshd_banner, reason: why, owner: me, expires: 2025-01-01 }
select: [not an id, package_ufw_instaled]
deselect:
  - { rule: package_ufw_installed }
  - { rule: package_chrony_instaled, reason: why }
gate: { pass_rate: 2, required: [no_empty_password] }
harden: { passes: 0, skip: [sshd_bannr] }
`);
    expect(found.map(({ at, code }) => `${at} ${code}`).sort()).to.deep.equal([
      'mini.yml:5:23 missing-key', 'mini.yml:5:25 unknown-key', 'mini.yml:5:42 unknown-value',
      'mini.yml:7:5 missing-key', 'mini.yml:8:13 unknown-rule', 'mini.yml:9:13 ignore-expired',
      'mini.yml:10:10 schema', 'mini.yml:10:21 unknown-rule',
      'mini.yml:12:5 missing-key', 'mini.yml:13:13 unknown-rule',
      'mini.yml:14:20 schema', 'mini.yml:14:34 unknown-rule', 'mini.yml:15:19 schema', 'mini.yml:15:29 unknown-rule',
    ].sort());
  });

  it('checks everything when the name, a key of the content or one of the files extended is wrong', async () => {
    const folder = await baselineFolder({ 'fragments/f.yml': 'name: f\nselect: [sshd_baner]\n' });
    const file = join(folder, 'bad.yml');
    await writeFile(file, `name: No Name\nextends: [7, f]\ncontent: { product: mini, versoin: 1 }\nprofile: base\n${chosen}`);
    const { problems } = await lintBaseline(file, { folder, asOf, contentFor: () => readContentIndex('test/fixtures/content/ssg-mini-ds.xml') });
    expect(problems.map(({ code, line }) => `${line} ${code}`).sort()).to.deep.equal(['1 schema', '2 schema', '2 unknown-rule', '3 unknown-key']);
  });

  it('notices a rule that looks like an alternative and is in no list', async () => {
    const withoutUfw = choices.replace(/^ +ufw: .*\n/m, '');
    expect(withoutUfw).not.to.equal(choices);
    const found = await lint(chosen, { 'choices/mini.yml': withoutUfw });
    expect(found).to.have.length(1);
    expect(found[0]).to.include({ at: 'mini.yml:3:10', code: 'choice-unknown-rule' });
    expect(found[0]?.what).to.contain('package_ufw_installed').and.to.contain('firewall');
  });

  it('says nothing of such a rule once it is shared, or selected by the baseline itself', async () => {
    const withoutUfw = choices.replace(/^ +ufw: .*\n/m, '');
    const shared = withoutUfw.replace('recognise: nftables|ufw', '$&\n    shared: [package_ufw_installed]');
    expect(await lint(chosen, { 'choices/mini.yml': shared })).to.deep.equal([]);
    expect(await lint(`${chosen}select: [package_ufw_installed]\n`, { 'choices/mini.yml': withoutUfw })).to.deep.equal([]);
  });

  it('refuses an approval of the future, and one given after the entry expired', async () => {
    const entry = (approved: string, expires: string): string => `${chosen}ignore:\n  - { rule: sshd_banner, reason: why, owner: me, expires: ${expires}, approved: ${approved} }\n`;
    expect((await lint(entry('2029-01-01', '2030-01-01'))).map(({ at, code }) => [at, code])).to.deep.equal([['mini.yml:6:13', 'ignore-approved-later']]);
    expect((await lint(entry('2026-12-02', '2026-12-01'))).map(({ at, code }) => [at, code])).to.deep.equal([['mini.yml:6:13', 'ignore-approved-after-expiry']]);
    // Somewhere it is tomorrow already.
    expect(await lint(entry('2026-11-24', '2026-11-24'))).to.deep.equal([]);
  });

  it('refuses an approval of the future in an ignore list, at its line', async () => {
    const found = await lint(`${chosen}ignore_files: [list.txt]\n`, { 'list.txt': '\nsshd_banner # why; owner=me; approved=2026-11-25; expires=2027-01-01\n' });
    expect(found.map(({ at, code }) => [at, code])).to.deep.equal([['list.txt:2:1', 'ignore-approved-later']]);
  });
});
