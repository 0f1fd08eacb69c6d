import { expect } from 'chai';
import fc from 'fast-check';
import { judge, tally } from '../../src/gate/index.ts';
import { renderSummary } from '../../src/report/index.ts';
import { assay, baseline, context, ignore, many, ruleResult } from '../gate/samples.ts';
import { expectGolden } from '../golden.ts';

const before = tally([...many(224, 'pass'), ...many(105, 'fail'), ...many(2, 'error', 'high'), ...many(75, 'notapplicable')]);
const evidencePath = 'artifacts/debian12-golden-0e1d5a4c-6a5e-4a7e-9c53-0a4b1f8d2c11';
const forwarding = ruleResult('sysctl_net_ipv4_ip_forward', 'fail');
const after = [...many(326, 'pass'), ...many(4, 'pass', 'high'), ...many(75, 'notapplicable'), forwarding];
const ignores = { ignore: [ignore('sysctl_net_ipv4_ip_forward'), ignore('of_another_profile')] };

function golden(name: string): URL {
  return new URL(`golden/${name}.txt`, import.meta.url);
}

describe('renderSummary', () => {
  it('says of an accepted build what changed, what was ignored and where the evidence is', () => {
    const verdict = judge(assay([...after, ruleResult('of_another_profile', 'notselected')]), baseline({}, ignores), context);
    const hardening = { steps: 106, passes: 2, reverted: [], oscillating: [] };
    expectGolden(renderSummary({ verdict, before, hardening, evidencePath, seconds: 187.4 }), golden('accepted'));
  });

  it('says of a refused build why, rule by rule', () => {
    const failing = [
      ruleResult('sshd_disable_root_login', 'error', 'high', { cis: ['5.1.20'], messages: ['probe failed', 'cannot read /etc/ssh/sshd_config:\u001b[31m permission\tdenied'] }),
      ruleResult('accounts_password_pam_pwquality_enabled_in_common_password_stack', 'fail', 'medium', {
        title: 'Verify that pam_pwquality is enabled in the stack of common-password, before pam_unix, so that no weak password is ever accepted',
      }),
      ruleResult('sudo_require_authentication', 'pass', 'low', { cis: [], messages: ['left over'] }),
      ruleResult('no_title', 'fail', 'low', { title: '', cis: [] }),
    ];
    const assayed = assay([...after, ...failing, ...many(5, 'fail', 'low')]);
    const gate = { maxFailures: { high: 0 }, required: ['sshd_disable_root_login'] };
    const verdict = judge(assayed, baseline(gate, ignores), { ...context, revertedRules: ['sudo_require_authentication'] });
    const hardening = { steps: 1, passes: 1, reverted: ['sudo_require_authentication'], oscillating: ['service_chronyd_enabled', 'service_timesyncd_enabled'] };
    expectGolden(renderSummary({ verdict, before, hardening, assay: assayed, evidencePath: `${evidencePath}.refused`, seconds: 4.25 }), golden('refused'));
  });

  it('has one column and no story of hardening for an assay that was only judged', () => {
    const verdict = judge(assay(many(3, 'notapplicable')), baseline(), { ...context, run: '' });
    expectGolden(renderSummary({ verdict }), golden('judged-only'));
  });

  it('counts what would not fit', () => {
    const verdict = judge(assay(many(150, 'fail')), baseline(), context);
    const text = renderSummary({ verdict });
    expect(text).to.contain('Still failing: 150\n').and.to.contain('  … and 110 more\n');
    expect(text.split('\n').length).to.be.below(130);
  });

  it('never has a line over 100 columns or a control character, whatever the machine says', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ maxLength: 200 }), (message, title) => {
      const rules = [ruleResult('x'.repeat(140), 'fail', 'high', { title, messages: [message] }), ...many(1, 'pass')];
      const text = renderSummary({ verdict: judge(assay(rules), baseline(), context), assay: { rules } });
      for (const line of text.split('\n')) expect(line.length).to.be.at.most(100);
      // eslint-disable-next-line no-control-regex -- control characters are what must not be there
      expect(text).not.to.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }), { numRuns: 60 });
  });
});
