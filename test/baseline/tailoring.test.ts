import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { parse } from 'yaml';
import { loadBaseline, readLock, readLockDigests, renderLock, renderTailoring, resolveBaseline, type Baseline } from '../../src/baseline/index.ts';
import { readContentIndex, selectedRules, shortId, type ContentIndex } from '../../src/content/index.ts';
import { EvidenceError } from '../../src/errors.ts';
import { realContent } from '../content/real.ts';
import { baselineFolder, mini } from './folder.ts';

const asOf = new Date('2026-11-23T12:00:00Z');

async function fixture(): Promise<Baseline> {
  const folder = await baselineFolder({
    'mini.yml': mini(`description: "Mini <&> \\"quoted\\""
choices: { firewall: nftables, time: chrony }
values: { var_banner: "a < b & c" }
ignore: [{ rule: sshd_banner, reason: why, owner: me, expires: 2027-01-01, ticket: T-1 }, { rule: no_empty_passwords, reason: old, owner: me, expires: 2025-01-01 }]
gate: { max_failures: { high: 0 }, not_applicable: { max: 3 } }
`),
  });
  return resolveBaseline(await loadBaseline('mini', { folder }), await readContentIndex('test/fixtures/content/ssg-mini-ds.xml'), { asOf });
}

describe('the tailoring', () => {
  it('is one profile on top of the content\'s, the same bytes every time', async () => {
    const baseline = await fixture();
    expect(renderTailoring(baseline, { dataStreamHref: 'ds.xml' })).to.equal(`<?xml version="1.0" encoding="UTF-8"?>
<xccdf:Tailoring xmlns:xccdf="http://checklists.nist.gov/xccdf/1.2" id="xccdf_dev.cupel_tailoring_mini">
  <xccdf:benchmark href="ds.xml"/>
  <xccdf:version time="2000-01-01T00:00:00">${baseline.sha256}</xccdf:version>
  <xccdf:Profile id="xccdf_dev.cupel_profile_mini" extends="xccdf_org.ssgproject.content_profile_base">
    <xccdf:title>Mini &lt;&amp;&gt; &quot;quoted&quot;</xccdf:title>
    <xccdf:select idref="xccdf_org.ssgproject.content_group_time" selected="true"/>
    <xccdf:select idref="xccdf_org.ssgproject.content_rule_package_chrony_installed" selected="true"/>
    <xccdf:select idref="xccdf_org.ssgproject.content_rule_package_ufw_installed" selected="false"/>
    <xccdf:set-value idref="xccdf_org.ssgproject.content_value_var_banner">a &lt; b &amp; c</xccdf:set-value>
  </xccdf:Profile>
</xccdf:Tailoring>
`);
  });

  it('leaves ignored rules selected: they are evaluated and shown', async () => {
    expect(renderTailoring(await fixture(), { dataStreamHref: 'ds.xml' })).not.to.contain('no_empty_passwords').and.not.to.contain('sshd_banner');
  });
});

describe('the tailoring under oscap, with Debian 12\'s real content', () => {
  let path: string;
  let index: ContentIndex;
  before(async () => {
    ({ path } = await realContent('debian12'));
    index = await readContentIndex(path);
  });

  async function tailored(more: string): Promise<{ baseline: Baseline; file: string; expected: Set<string> }> {
    const folder = await baselineFolder({
      'choices/debian.yml': 'products: [debian12]\nchoices:\n  time:\n    title: t\n    recognise: chrony\n    alternatives:\n      syslogng: { title: s, rules: [package_syslogng_installed, service_syslogng_enabled] }\n',
      'deb.yml': `name: deb\ncontent: { product: debian12 }\nprofile: cis_level1_server\n${more}`,
    });
    const baseline = resolveBaseline(await loadBaseline('deb', { folder }), index, { asOf });
    const file = join(await mkdtemp(join(tmpdir(), 'cupel-test-')), 'tailoring.xml');
    await writeFile(file, renderTailoring(baseline, { dataStreamHref: path }));
    return { baseline, file, expected: selectedRules(index, index.profiles.get(shortId(baseline.profile))!, baseline) };
  }

  it('is valid XCCDF', async () => {
    const { file } = await tailored('deselect: [{ rule: package_aide_installed, reason: r }]\nvalues: { var_password_pam_minlen: 15 }\n');
    // Debian ships no Schematron rules for tailorings, so only the schema is asked.
    await execa('oscap', ['xccdf', 'validate', '--skip-schematron', file]);
  });

  it('makes audit and fix agree with each other and with us on the selected rules and the values', async () => {
    const { baseline, file, expected } = await tailored(
      'choices: { time: syslogng }\ndeselect: [{ rule: package_aide_installed, reason: r }]\nvalues: { var_password_pam_minlen: 17 }\n');
    expect(expected.has('package_syslogng_installed')).to.equal(true);
    const { stdout: script } = await execa('oscap', ['xccdf', 'generate', 'fix', '--fix-type', 'bash', '--tailoring-file', file, '--profile', baseline.tailoredProfile, path]);
    const fixes = [...script.matchAll(/^# BEGIN fix \(\d+ \/ \d+\) for '([^']+)'/gm)].map(([, id]) => shortId(id!));
    // An empty root instead of this machine: which rules are evaluated is asked, not what they find here.
    const root = await mkdtemp(join(tmpdir(), 'cupel-test-'));
    const audit = await execa('oscap', ['xccdf', 'eval', '--skip-validation', '--tailoring-file', file, '--profile', baseline.tailoredProfile, path],
      { reject: false, env: { OSCAP_PROBE_ROOT: root }, timeout: 100_000 });
    expect(audit.exitCode).to.be.oneOf([0, 2]);
    const audited = [...audit.stdout.matchAll(/^Rule\r?\t(.+)$/gm)].map(([, id]) => shortId(id!));
    expect([...new Set(fixes)].sort()).to.deep.equal([...expected].sort());
    expect(audited.sort()).to.deep.equal([...expected].sort());
    expect(script).to.contain("var_password_pam_minlen='17'");
  }).timeout(120_000);
});

describe('the lock', () => {
  const digests = { content: { version: '0.1.90', sha256: 'a'.repeat(64) }, tailoring: 'b'.repeat(64), files: { 'arf.xml.gz': 'c'.repeat(64) } };

  it('reads back as the baseline it was made from, the expired entries included', async () => {
    const baseline = await fixture();
    const lock = renderLock(baseline, digests);
    expect(readLock(lock)).to.deep.equal(baseline);
    expect(baseline.expired).to.have.length(1);
    expect(readLockDigests(lock)).to.deep.equal(digests);
    expect(renderLock(readLock(lock), readLockDigests(lock))).to.equal(lock);
  });

  it('is refused as evidence when any meaning in it was changed', async () => {
    const lock = renderLock(await fixture(), digests);
    for (const [from, to] of [['passRate: 1', 'passRate: 0.5'], ['reason: why', 'reason: because'], ['rule: sshd_banner', 'rule: package_ufw_installed'],
      ['guard: true', 'guard: false'], ['expires: 2027-01-01', 'expires: 2037-01-01'], ['_profile_base', '_profile_strict'], ['high: 0', 'high: 9']] as const) {
      expect(lock, from).to.contain(from);
      expect(() => readLock(lock.replace(from, to)), from).to.throw(EvidenceError).with.property('code', 'lock-digest');
    }
  });

  it('is refused when it is no lock', async () => {
    const lock = renderLock(await fixture(), digests);
    const withoutGate: unknown = Object.fromEntries(Object.entries(parse(lock) as object).filter(([key]) => key !== 'gate'));
    for (const text of ['', '{', 'a: 1', lock.slice(0, 200), lock.replace('/v1', '/v2'), `${lock}more: 1\n`, JSON.stringify(withoutGate)]) {
      expect(() => readLock(text)).to.throw(EvidenceError).with.property('code', 'lock-invalid');
    }
  });
});
