import { expect } from 'chai';
import { resultWords } from '../../src/assay/model.ts';
import { EvidenceError } from '../../src/errors.ts';
import { judge, type GateContext } from '../../src/gate/index.ts';
import { assay, baseline, context, ignore, many, profile, ruleResult } from './samples.ts';

const codes = (verdict: { reasons: { code: string }[] }): string[] => verdict.reasons.map(({ code }) => code);

describe('judge', () => {
  describe('the pass rate', () => {
    it('accepts exactly the rate asked for', () => {
      const verdict = judge(assay([...many(49, 'pass'), ...many(1, 'fail')]), baseline({ passRate: 0.98 }), context);
      expect(verdict).to.include({ verdict: 'accepted', pass_rate: 0.98, evaluated: 50 });
      expect(verdict.reasons).to.deep.equal([]);
    });

    it('refuses one rule less, and shows the rate cut, never rounded up to the limit', () => {
      const verdict = judge(assay([...many(97999, 'pass'), ...many(2001, 'fail')]), baseline({ passRate: 0.98 }), context);
      expect(verdict.verdict).to.equal('refused');
      expect(verdict.reasons).to.deep.equal([{ code: 'pass-rate', message: 'pass rate 0.97999 (97999 of 100000) is below 0.98' }]);
    });

    for (const word of ['fail', 'error', 'unknown', 'notchecked'] as const) {
      it(`counts ${word} against it`, () => {
        const verdict = judge(assay([...many(1, 'pass'), ...many(1, word)]), baseline(), context);
        expect(verdict).to.include({ pass_rate: 0.5, evaluated: 2, verdict: 'refused' });
        expect(verdict.failing).to.have.lengthOf(1);
      });
    }

    for (const word of ['notapplicable', 'notselected', 'informational'] as const) {
      it(`leaves ${word} out`, () => {
        const verdict = judge(assay([...many(1, 'pass'), ...many(5, word)]), baseline(), context);
        expect(verdict).to.include({ pass_rate: 1, evaluated: 1, verdict: 'accepted' });
        expect(verdict.counts[word]).to.equal(5);
      });
    }

    it('counts fixed as passed', () => {
      expect(judge(assay(many(3, 'fixed')), baseline(), context)).to.include({ pass_rate: 1, evaluated: 3, verdict: 'accepted' });
    });
  });

  describe('coverage', () => {
    it('refuses an assay of nothing, even where the baseline asks for nothing', () => {
      const verdict = judge(assay([]), baseline({ passRate: 0, minEvaluated: 0 }), context);
      expect(verdict).to.include({ verdict: 'refused', pass_rate: 0, evaluated: 0 });
      expect(codes(verdict)).to.deep.equal(['nothing-evaluated']);
    });

    it('refuses an assay in which nothing applied', () => {
      expect(codes(judge(assay(many(400, 'notapplicable')), baseline({ passRate: 0, minEvaluated: 0 }), context))).to.deep.equal(['nothing-evaluated']);
    });

    it('refuses fewer evaluated rules than the floor, with both numbers', () => {
      const verdict = judge(assay(many(299, 'pass')), baseline({ minEvaluated: 300 }), context);
      expect(verdict.reasons).to.deep.equal([{ code: 'min-evaluated', message: '299 rules were evaluated, at least 300 must be' }]);
    });

    it('does not let ignored rules count towards the floor', () => {
      const verdict = judge(assay(many(300, 'pass')), baseline({ minEvaluated: 300 }, { ignore: [ignore('pass_medium_7')] }), context);
      expect(codes(verdict)).to.deep.equal(['min-evaluated']);
    });

    it('bounds what is not applicable', () => {
      const rules = [...many(10, 'pass'), ...many(91, 'notapplicable')];
      expect(judge(assay(rules.slice(0, -1)), baseline({ notApplicableMax: 90 }), context).verdict).to.equal('accepted');
      expect(judge(assay(rules), baseline({ notApplicableMax: 90 }), context).reasons).to.deep.equal([
        { code: 'not-applicable', message: '91 rules were not applicable, at most 90 may be' },
      ]);
    });
  });

  describe('limits per severity', () => {
    it('refuses one high failure more than allowed, whatever the rate', () => {
      const verdict = judge(assay([...many(999, 'pass'), ruleResult('a', 'error', 'high')]), baseline({ maxFailures: { high: 0, low: 0 } }), context);
      expect(verdict.reasons).to.deep.equal([{ code: 'max-failures', message: '1 of the rules of severity high failed, at most 0 may' }]);
    });

    it('counts severity info with unknown', () => {
      const verdict = judge(assay([...many(999, 'pass'), ruleResult('a', 'fail', 'info')]), baseline({ maxFailures: { unknown: 0 } }), context);
      expect(codes(verdict)).to.deep.equal(['max-failures']);
      expect(verdict.by_severity.unknown.fail).to.equal(1);
    });
  });

  describe('required rules', () => {
    for (const word of resultWords.filter((candidate) => candidate !== 'pass')) {
      it(`refuses a required rule that is ${word}`, () => {
        const verdict = judge(assay([...many(999, 'pass'), ruleResult('needed', word)]), baseline({ required: ['needed'] }), context);
        expect(verdict.reasons).to.deep.equal([{ code: 'required', message: `required rule needed is ${word}`, rule: 'needed' }]);
      });
    }

    it('refuses a required rule that the assay does not hold', () => {
      const verdict = judge(assay(many(9, 'pass')), baseline({ required: ['needed'] }), context);
      expect(verdict.reasons).to.deep.equal([{ code: 'required', message: 'required rule needed is not in the assay', rule: 'needed' }]);
    });

    it('is not satisfied by ignoring the rule', () => {
      const verdict = judge(assay([...many(9, 'pass'), ruleResult('needed', 'fail')]), baseline({ required: ['needed'] }, { ignore: [ignore('needed')] }), context);
      expect(codes(verdict)).to.deep.equal(['required']);
    });
  });

  describe('the ignore list', () => {
    const rules = [...many(49, 'pass'), ruleResult('forwarding', 'fail'), ruleResult('banner', 'fail')];

    it('shows an ignored rule and does not count it', () => {
      const verdict = judge(assay(rules), baseline({}, { ignore: [ignore('forwarding')] }), context);
      expect(verdict).to.include({ verdict: 'accepted', evaluated: 50, pass_rate: 0.98 });
      expect(verdict.failing.map(({ rule }) => rule)).to.deep.equal(['banner']);
      expect(verdict.ignored).to.deep.equal([
        { rule: 'forwarding', result: 'fail', reason: 'container networking needs forwarding', owner: 'platform-security', expires: '2027-05-01' },
      ]);
    });

    it('takes a rule that the assay does not hold for nothing ignored', () => {
      expect(judge(assay(rules), baseline({}, { ignore: [ignore('elsewhere')] }), context).ignored).to.deep.equal([]);
    });

    it('counts an expired rule again and says so to who is refused', () => {
      const verdict = judge(assay(rules), baseline({}, { expired: [ignore('forwarding', { expires: '2026-11-01' })] }), context);
      expect(verdict.reasons).to.deep.equal([
        { code: 'pass-rate', message: 'pass rate 0.96078 (49 of 51) is below 0.98' },
        { code: 'ignore-expired', message: 'rule forwarding counts again: its ignore entry (baselines/site.yaml:12, platform-security) expired on 2026-11-01', rule: 'forwarding' },
      ]);
    });

    it('is no reason of its own when the rate is kept', () => {
      const verdict = judge(assay([...rules, ...many(49, 'pass', 'low')]), baseline({}, { expired: [ignore('forwarding', { expires: '2026-11-01' })] }), context);
      expect(verdict).to.deep.include({ verdict: 'accepted', reasons: [] });
    });

    it('holds until the end of its last day, UTC, by the date of judging', () => {
      const judged = (asOf: string): string => judge(assay(rules), baseline({}, { ignore: [ignore('forwarding', { expires: '2026-11-23' })] }), { ...context, asOf: new Date(asOf) }).verdict;
      expect(judged('2026-11-23T23:59:59.999Z')).to.equal('accepted');
      expect(judged('2026-11-24T00:00:00Z')).to.equal('refused');
    });

    it('never holds with a date, or at a date, that cannot be read', () => {
      expect(judge(assay(rules), baseline({}, { ignore: [ignore('forwarding', { expires: 'soon' })] }), context).verdict).to.equal('refused');
      expect(judge(assay(rules), baseline({}, { ignore: [ignore('forwarding')] }), { ...context, asOf: new Date('x') }).verdict).to.equal('refused');
    });
  });

  describe('against a previous assay', () => {
    const before = { rules: [ruleResult('kept', 'pass'), ruleResult('lost', 'fixed'), ruleResult('never', 'fail')] };
    const now = [...many(999, 'pass'), ruleResult('kept', 'pass'), ruleResult('lost', 'error'), ruleResult('never', 'fail')];

    it('refuses a rule that passed then and does not now, and names it', () => {
      expect(judge(assay(now), baseline(), { ...context, previous: before }).reasons).to.deep.equal([
        { code: 'regression', message: 'rule lost passed before and is error now', rule: 'lost' },
      ]);
    });

    it('lets it be when it is ignored since, or when the baseline does not ask', () => {
      expect(judge(assay(now), baseline({}, { ignore: [ignore('lost')] }), { ...context, previous: before }).verdict).to.equal('accepted');
      expect(judge(assay(now), baseline({ noRegression: false }), { ...context, previous: before }).verdict).to.equal('accepted');
    });

    it('does not compare benchmarks of different products', () => {
      const other = { benchmark: { id: 'xccdf_org.ssgproject.content_benchmark_DEBIAN-13' }, rules: before.rules };
      expect(() => judge(assay(now), baseline(), { ...context, previous: other })).to.throw(EvidenceError, 'DEBIAN-13').with.property('code', 'assay-mismatch');
    });
  });

  it('counts a rule whose fix was rolled back as failed, whatever the scan says', () => {
    const verdict = judge(assay([...many(1, 'pass'), ruleResult('sudo', 'pass')]), baseline(), { ...context, revertedRules: ['sudo', 'elsewhere'] });
    expect(verdict).to.include({ verdict: 'refused', pass_rate: 0.5 });
    expect(verdict.failing[0]).to.include({ rule: 'sudo', result: 'fail' });
  });

  it('lists failures by severity, then by name', () => {
    const rules = [ruleResult('b', 'fail', 'low'), ruleResult('z', 'fail', 'high'), ruleResult('a', 'fail', 'low'), ruleResult('c', 'error', 'high')];
    expect(judge(assay(rules), baseline(), context).failing.map(({ rule }) => rule)).to.deep.equal(['c', 'z', 'a', 'b']);
  });

  it('keeps the scores of the scanner beside the rate', () => {
    const scores = [{ system: 'urn:xccdf:scoring:flat', value: 3, maximum: 4 }, { system: 'urn:xccdf:scoring:default', value: 75, maximum: 100 }];
    expect(JSON.stringify(judge(assay(many(1, 'pass'), { scores }), baseline(), context).scores))
      .to.equal('{"urn:xccdf:scoring:default":75,"urn:xccdf:scoring:flat":3}');
  });

  describe('evidence of something else is not judged', () => {
    const judged = (subject: Parameters<typeof assay>[1], base: Parameters<typeof baseline>[1] = {}, more: Partial<GateContext> = {}) =>
      (): unknown => judge(assay([...many(9, 'pass'), ruleResult('off', 'notselected')], subject), baseline({}, base), { ...context, ...more });
    const mismatched: [string, () => unknown, string][] = [
      ['another profile', judged({ profile: 'other' }), 'made with profile other'],
      ['no profile', judged({ profile: undefined }), 'made with profile (none)'],
      ['the untailored profile, when the baseline changes it', judged({ profile }, { values: { var_x: '1' } }), tailoredText()],
      ['other content', judged({ benchmark: { id: 'b', version: '0.1.65', href: '' } }), 'content 0.1.65, not with 0.1.82'],
      ['another run', judged({}, {}, { requireRun: true, run: 'another' }), 'not of run "another"'],
      ['a selection that lacks a rule', judged({}, { select: ['off'] }), 'leaves out rule off'],
      ['a selection with a rule too many', judged({}, { deselect: ['pass_medium_1'] }), 'holds rule pass_medium_1'],
    ];
    for (const [what, act, message] of mismatched) {
      it(what, () => {
        expect(act).to.throw(EvidenceError, message).with.property('code', 'assay-mismatch');
      });
    }

    it('two results for one rule', () => {
      expect(() => judge(assay([ruleResult('a', 'fail'), ruleResult('a', 'pass')]), baseline(), context)).to.throw(EvidenceError).with.property('code', 'assay-duplicate-rule');
    });

    it('but the untailored profile is the same thing when the baseline changes nothing', () => {
      expect(judged({ profile })).not.to.throw();
    });

    it('and another run is not asked about unless the caller does', () => {
      expect(judged({}, {}, { run: 'another' })).not.to.throw();
    });
  });
});

function tailoredText(): string {
  return `made with profile ${profile}`;
}
