import { expect } from 'chai';
import { BaselineError, loadBaseline, resolveBaseline, type Baseline, type Problem } from '../../src/baseline/index.ts';
import { readContentIndex, selectedRules } from '../../src/content/index.ts';
import { baselineFolder, mini } from './folder.ts';

const content = 'test/fixtures/content/ssg-mini-ds.xml';
const asOf = new Date('2026-11-23T12:00:00Z');

async function resolved(more: string, profile = 'base', day = asOf): Promise<Baseline> {
  const folder = await baselineFolder({ 'mini.yml': mini(more).replace('profile: base', `profile: ${profile}`) });
  return resolveBaseline(await loadBaseline('mini', { folder }), await readContentIndex(content), { asOf: day });
}

async function problems(more: string, profile?: string): Promise<(Problem & { at: string })[]> {
  const error: unknown = await resolved(more, profile).catch((caught: unknown) => caught);
  expect(error).to.be.instanceOf(BaselineError);
  return (error as BaselineError).problems.map((problem) => ({ ...problem, at: `${problem.line}:${problem.column}` }));
}

const ignore = (rule: string, expires = '2027-01-01'): string => `ignore:\n  - { rule: ${rule}, reason: why, owner: me, expires: ${expires} }\n`;

describe('resolving a baseline against content', () => {
  it('takes short and full profile ids alike', async () => {
    const full = 'xccdf_org.ssgproject.content_profile_base';
    expect((await resolved('')).profile).to.equal(full);
    expect((await resolved('', full)).profile).to.equal(full);
  });

  it('deselects the alternatives that were not chosen, where the profile selects them', async () => {
    const baseline = await resolved('choices: { firewall: nftables }');
    expect(baseline).to.deep.include({ select: [], deselect: ['package_ufw_installed'], choices: { firewall: 'nftables' } });
  });

  it('selects an alternative that the profile leaves out altogether, and opens its groups', async () => {
    const baseline = await resolved('choices: { time: chrony }');
    expect(baseline).to.deep.include({ select: ['package_chrony_installed'], deselect: [], selectGroups: ['time'] });
    const index = await readContentIndex(content);
    expect(selectedRules(index, index.profiles.get('base')!, baseline).has('package_chrony_installed')).to.equal(true);
  });

  it('lets an explicit selection win over a choice', async () => {
    expect((await resolved('choices: { firewall: nftables }\nselect: [package_ufw_installed]')).deselect).to.deep.equal([]);
  });

  it('sets the values of the alternative chosen, where the content has them, unless the baseline sets them itself', async () => {
    expect((await resolved('choices: { time: timesyncd }')).values).to.deep.equal({ var_length: '12' });
    expect((await resolved('choices: { time: timesyncd }\nvalues: { var_length: 9 }')).values).to.deep.equal({ var_length: '9' });
    expect((await resolved('choices: { time: chrony }')).values).to.deep.equal({});
  });

  it('turns selectors into the literals they stand for', async () => {
    expect((await resolved('values: { var_banner: { selector: cis }, var_length: 9, var_umask: 027 }')).values)
      .to.deep.equal({ var_banner: 'Authorized users only', var_length: '9', var_umask: '027' });
  });

  it('counts an expired entry again and keeps it in sight', async () => {
    const [last, after] = [new Date('2027-01-01T23:00:00Z'), new Date('2027-01-02T00:00:00Z')];
    expect((await resolved(ignore('sshd_banner'), 'base', last)).ignore.map(({ rule }) => rule)).to.deep.equal(['sshd_banner']);
    const late = await resolved(ignore('sshd_banner'), 'base', after);
    expect([late.ignore.length, late.expired.map(({ rule }) => rule)]).to.deep.equal([0, ['sshd_banner']]);
  });

  it('counts a rule again when its own file shortens the fragment\'s entry, whichever id it uses', async () => {
    const folder = await baselineFolder({
      'fragments/f.yml': `name: f\n${ignore('sshd_banner')}`,
      'mini.yml': mini(`extends: [f]\n${ignore('xccdf_org.ssgproject.content_rule_sshd_banner', '2026-11-22')}`),
    });
    const baseline = resolveBaseline(await loadBaseline('mini', { folder }), await readContentIndex(content), { asOf });
    expect([baseline.ignore, baseline.expired.map(({ rule, expires }) => [rule, expires])]).to.deep.equal([[], [['sshd_banner', '2026-11-22']]]);
  });

  it('lets a rule be required once ignoring it has expired', async () => {
    const more = `${ignore('no_empty_passwords', '2026-11-22')}gate: { required: [no_empty_passwords] }`;
    expect((await resolved(more)).gate.required).to.deep.equal(['no_empty_passwords']);
  });

  it('accepts full rule ids everywhere', async () => {
    const full = (rule: string): string => `xccdf_org.ssgproject.content_rule_${rule}`;
    const baseline = await resolved(`${ignore(full('sshd_banner'))}gate: { required: [${full('no_empty_passwords')}] }\nharden: { skip: [${full('sshd_banner')}] }`);
    expect([baseline.ignore[0]?.rule, baseline.gate.required, baseline.harden.skip]).to.deep.equal(['sshd_banner', ['no_empty_passwords'], ['sshd_banner']]);
  });

  for (const [what, more, at, code, nearest] of [
    ['an unknown ignored rule', 'ignore:\n  - { rule: sshd_baner, reason: a, owner: b, expires: 2099-01-01 }', '5:13', 'unknown-rule', 'sshd_banner'],
    ['an unknown required rule', 'gate: { required: [no_empty_password] }', '4:20', 'unknown-rule', 'no_empty_passwords'],
    ['an unknown skipped rule', 'harden: { skip: [sshd_bannr] }', '4:18', 'unknown-rule', 'sshd_banner'],
    ['an unknown selected rule', 'select: [package_ufw_instaled]', '4:10', 'unknown-rule', 'package_ufw_installed'],
    ['an unknown deselected rule', 'deselect: [{ rule: zzz, reason: r }]', '4:20', 'unknown-rule', undefined],
    ['an unknown value', 'values: { var_lenght: 3 }', '4:11', 'unknown-value', 'var_length'],
    ['a selector the value has not', 'values: { var_length: { selector: log } }', '4:11', 'unknown-selector', 'long'],
    ['a word for a number', 'values: { var_length: ten }', '4:11', 'value-type', undefined],
    ['an unknown choice', 'choices: { firewal: ufw }', '4:21', 'unknown-choice', 'firewall'],
    ['an unknown alternative', 'choices: { firewall: nftable }', '4:22', 'unknown-choice', 'nftables'],
    ['a rule ignored and required', `${ignore('no_empty_passwords')}gate: { required: [no_empty_passwords] }`, '6:20', 'ignored-and-required', undefined],
    ['a required rule that is not evaluated', 'choices: { firewall: nftables }\ngate: { required: [package_ufw_installed] }', '5:20', 'required-not-selected', undefined],
    ['an approval of the future', 'ignore:\n  - { rule: sshd_banner, reason: a, owner: b, approved: 2029-01-01, expires: 2099-01-01 }', '5:13', 'ignore-approved-later', undefined],
    ['an approval after the expiry', 'ignore:\n  - { rule: sshd_banner, reason: a, owner: b, approved: 2025-02-01, expires: 2025-01-31 }', '5:13', 'ignore-approved-after-expiry', undefined],
    ['a rule selected and deselected', 'select: [sshd_banner]\ndeselect: [{ rule: sshd_banner, reason: r }]', '5:20', 'select-and-deselect', undefined],
  ] as const) {
    it(`refuses ${what}, and says where`, async () => {
      const found = await problems(more);
      expect(found).to.have.length(1);
      expect([found[0]?.at, found[0]?.code, found[0]?.nearest]).to.deep.equal([at, code, nearest]);
    });
  }

  it('refuses a profile that is not there, offering the nearest', async () => {
    expect((await problems('', 'strikt'))[0]).to.include({ at: '3:10', code: 'unknown-profile', nearest: 'strict' });
  });

  it('refuses content of another product, version or digest, all at once', async () => {
    const folder = await baselineFolder({ 'mini.yml': `name: mini\ncontent: { product: maxi, version: ">=1", sha256: ${'a'.repeat(64)} }\nprofile: base\n` });
    const document = await loadBaseline('mini', { folder });
    const index = await readContentIndex(content);
    expect(() => resolveBaseline(document, index, { asOf })).to.throw(BaselineError)
      .with.property('problems').that.satisfies((found: Problem[]) => expect(found.map(({ code }) => code)).to.deep.equal(['content-product', 'content-version', 'content-digest']));
  });
});

describe('the digest of a resolved baseline', () => {
  it('is the same whatever the order of what was written, the day, and the place of its files', async () => {
    const a = await resolved(`values: { var_length: 9, var_umask: 027 }\n${ignore('sshd_banner', '2026-12-01')}select: [sshd_banner, package_chrony_installed]`);
    const b = await resolved(`select: [package_chrony_installed, sshd_banner]\n\n\n${ignore('sshd_banner', '2026-12-01')}values: { var_umask: "027", var_length: 9 }`, 'base', new Date('2028-01-01'));
    expect(b.expired).to.have.length(1);
    expect(b.sha256).to.equal(a.sha256);
  });

  it('changes with everything that changes what is done or judged', async () => {
    const variants = ['', 'choices: { firewall: ufw }', 'values: { var_length: 9 }', 'select: [sshd_banner]', ignore('sshd_banner'), ignore('sshd_banner', '2027-01-02'),
      'gate: { pass_rate: 0.9 }', 'gate: { min_evaluated: 2 }', 'gate: { no_regression: true }', 'harden: { guard: false }', 'harden: { skip: [sshd_banner] }'];
    const digests = await Promise.all(variants.map(async (more) => (await resolved(more)).sha256));
    expect(new Set(digests).size).to.equal(variants.length);
  });
});
