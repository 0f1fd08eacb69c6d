import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { AssayReader } from '../../../src/assay/index.ts';
import { type AssayDetail, DetailCollector } from '../../../src/assay/detail/index.ts';
import { EvidenceError } from '../../../src/errors.ts';
import { hostile, hostileArf, ovalReport, read, realArf } from '../../report/samples.ts';
import { arf, testResult } from '../read/sample.ts';

const rule = (detail: AssayDetail, short: string) => detail.rules.get(`xccdf_org.ssgproject.content_rule_${short}`)!;

describe('DetailCollector', () => {
  describe('on a real ARF', () => {
    const { assay, detail } = read(gunzipSync(readFileSync(realArf)));

    it('says of every evaluated rule what the content says', () => {
      expect(detail.rules.size).to.equal(403);
      expect([...detail.rules.values()].filter(({ text }) => text === undefined || text.description.length === 0)).to.deep.equal([]);
      expect(rule(detail, 'accounts_umask_etc_login_defs').text?.description).to.deep.equal([
        { kind: 'paragraph', text: 'To ensure the default umask controlled by `/etc/login.defs` is set properly, add or correct the `UMASK` setting in `/etc/login.defs` to read as follows:' },
        { kind: 'code', text: 'UMASK 027' },
      ]);
    });

    it('says why each failing rule fails', () => {
      const failing = assay.rules.filter(({ result }) => ['fail', 'error', 'unknown'].includes(result));
      expect(failing).to.have.length(90);
      expect(failing.filter(({ id }) => detail.rules.get(id)?.findings.length === 0).map((found) => found.rule)).to.deep.equal([]);
    });

    it('shows the mode of a file instead of twelve bits, and what it should be', () => {
      const [finding] = rule(detail, 'file_permissions_cron_daily').findings;
      expect(finding?.items[0]?.fields.slice(-1)).to.deep.equal([{ name: 'mode', operation: '', value: '0755' }]);
      expect(finding?.expected.map(({ name, value }) => `${name} ${value}`)).to.include('oread false');
    });

    it('gives expectations their values', () => {
      const findings = rule(detail, 'accounts_passwords_pam_faillock_deny').findings.flatMap(({ expected }) => expected);
      expect(findings).to.deep.include({ name: 'subexpression', operation: 'less than or equal', value: '4' });
    });

    it('says what kept a check from telling', () => {
      expect(rule(detail, 'service_systemd-journald_enabled').findings[0]?.messages).to.deep.equal(['DBus connection failed, could not identify systemd units.']);
    });

    it('has the fix with the values in force, for failing rules only', () => {
      expect(rule(detail, 'accounts_umask_etc_login_defs').script).to.contain("var_accounts_user_umask='027'");
      expect(assay.rules.filter(({ id, result }) => result === 'pass' && detail.rules.get(id)?.script !== undefined)).to.deep.equal([]);
    });

    it('names the benchmark that the profile follows', () => {
      expect(detail.standard).to.deep.equal({ title: 'CIS Debian Benchmark for Level 1 - Server', version: '1.1.0' });
    });
  });

  it('takes no test of a definition that extends itself for ever', () => {
    const loop = ovalReport('x').replace('<criterion test_ref="t1" result="false"/>', '<extend_definition definition_ref="d1" result="false"/><criterion test_ref="t1" result="false"/>')
      .replace('<d:criterion test_ref="t1"/>', '<d:extend_definition definition_ref="d1"/><d:criterion test_ref="t1"/>');
    expect(rule(read(withReport(loop)).detail, 'alpha').findings).to.have.length(1);
  });

  it('blames the test that holds where the check wants it not to', () => {
    const negated = ovalReport('x').replace('<criterion test_ref="t1" result="false"/>', '<criteria operator="AND" result="false" negate="true"><criterion test_ref="t1" result="true"/></criteria>');
    expect(rule(read(withReport(negated)).detail, 'alpha').findings.map(({ negated: not }) => not)).to.deep.equal([true]);
  });

  it('puts "or the package is not there" last', () => {
    const or = ovalReport('x').replace('<criterion test_ref="t1" result="false"/>', '<criterion test_ref="t2" result="false"/><criterion test_ref="t1" result="false"/>')
      .replace('<d:criterion test_ref="t1"/>', '<d:criterion test_ref="t2"/><d:criterion test_ref="t1"/>').replaceAll('operator="AND"', 'operator="OR"')
      .replace('</d:tests>', '<i:dpkginfo_test id="t2" comment="openssh-server is not installed"/></d:tests>')
      .replace('<test test_id="t1"', '<test test_id="t2" check="all" check_existence="none_exist" result="false"/><test test_id="t1"');
    expect(rule(read(withReport(or)).detail, 'alpha').findings.map(({ test }) => test)).to.deep.equal(['t1', 't2']);
  });

  it('knows less, and is not wrong, where a report comes before the results, or not at all', () => {
    const before = hostileArf('x').replace(/(<arf:report id="r">.*?<\/arf:report>)(<arf:report id="oval0">.*?<\/arf:report>)/s, '$2$1');
    expect(before).to.not.equal(hostileArf('x'));
    expect(rule(read(before).detail, 'alpha').findings).to.deep.equal([]);
    expect(rule(read(withReport('')).detail, 'alpha').findings).to.deep.equal([]);
    expect(read(testResult()).detail.rules.get('rule_b')).to.equal(undefined);
  });

  it('counts what it leaves out of a thousand items, the guilty ones first', () => {
    const items = Array.from({ length: 3000 }, (_, n) => `<tested_item item_id="${n}" result="${n === 900 ? 'false' : 'true'}"/>`).join('');
    const many = ovalReport('x').replace('<tested_item item_id="7" result="false"/>', items).replace('_item id="7"', '_item id="900"');
    const [finding] = rule(read(withReport(many)).detail, 'alpha').findings;
    expect(finding?.moreItems).to.equal(3000 - 8);
    expect(finding?.items.map(({ result }) => result)).to.deep.equal(['false']);
  });

  it('reads the same whatever pieces the bytes come in', () => {
    const bytes = Buffer.from(hostileArf(hostile));
    const whole = read(bytes);
    fc.assert(fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
      const details = new DetailCollector();
      const reader = new AssayReader({}, details);
      let from = 0;
      for (const cut of [...cuts.sort((a, b) => a - b), bytes.length]) {
        reader.write(bytes.subarray(from, cut));
        from = cut;
      }
      expect([...details.finish(reader.end()).rules]).to.deep.equal([...whole.detail.rules]);
    }), { numRuns: 30 });
  });

  it('does not keep what a bloated report repeats without end', () => {
    const item = '<i:textfilecontent54_object id="x"><i:filepath>'.concat('a'.repeat(100_000), '</i:filepath></i:textfilecontent54_object>');
    const bloated = ovalReport('x').replace('<d:objects>', `<d:objects>${item.repeat(1200)}`);
    const xml = Buffer.from(withReport(bloated));
    const reader = new AssayReader({}, new DetailCollector());
    expect(() => { reader.write(xml); }).to.throw(EvidenceError).with.property('code', 'arf-too-large');
  });
});

function withReport(report: string): string {
  const id = 'xccdf_org.ssgproject.content_rule_alpha';
  const result = testResult(`<rule-result idref="${id}"><result>fail</result><check system="s"><check-content-ref name="d1" href="#oval0"/></check></rule-result>`);
  return arf({ rules: `<x:Rule id="${id}"><x:title>Alpha</x:title></x:Rule>`, reports: `<arf:report id="r"><arf:content>${result}</arf:content></arf:report>${report}` });
}
