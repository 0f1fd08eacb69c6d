import { expect } from 'chai';
import fc from 'fast-check';
import { resultWords, severities, type ResultWord, type RuleResult } from '../../src/assay/model.ts';
import type { GatePolicy } from '../../src/baseline/model.ts';
import { judge, serializeVerdict, showRate } from '../../src/gate/index.ts';
import { assay, baseline, context, ignore, ruleResult } from './samples.ts';

/** What the gate must hold for every assay and every policy, not only for those that came to mind. */
const word = fc.constantFrom(...resultWords);
const rules: fc.Arbitrary<RuleResult[]> = fc
  .array(fc.tuple(word, fc.constantFrom(...severities)), { maxLength: 40 })
  .map((results) => results.map(([result, severity], n) => ruleResult(`rule_${n}`, result, severity)));
const limit = fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined });
const policy: fc.Arbitrary<GatePolicy> = fc.record({
  passRate: fc.constantFrom(0, 0.5, 0.9, 0.98, 1),
  minEvaluated: fc.integer({ min: 0, max: 30 }),
  notApplicableMax: limit,
  maxFailures: fc.record({ high: fc.integer({ min: 0, max: 5 }), medium: fc.integer({ min: 0, max: 9 }) }, { requiredKeys: [] }),
  required: fc.uniqueArray(fc.integer({ min: 0, max: 45 }).map((n) => `rule_${n}`), { maxLength: 2 }),
  noRegression: fc.boolean(),
});
const ignored = fc.uniqueArray(fc.integer({ min: 0, max: 45 }).map((n) => `rule_${n}`), { maxLength: 6 });
const failures: ResultWord[] = ['fail', 'error', 'unknown', 'notchecked'];

function verdictOf(results: RuleResult[], gate: GatePolicy, ignoredRules: string[] = [], previous: RuleResult[] = []) {
  return judge(assay(results), baseline(gate, { ignore: ignoredRules.map((rule) => ignore(rule)) }), { ...context, previous: { rules: previous } });
}

describe('the gate, for any assay and policy', () => {
  it('never refuses what it accepted because a failure became a pass', () => {
    fc.assert(fc.property(rules, policy, ignored, rules, fc.nat(), (results, gate, ignoredRules, previous, pick) => {
      const before = verdictOf(results, gate, ignoredRules, previous);
      const failed = results.filter(({ result }) => failures.includes(result));
      fc.pre(before.verdict === 'accepted' && failed.length > 0);
      const better = results.map((rule) => (rule === failed[pick % failed.length] ? { ...rule, result: 'pass' as const } : rule));
      expect(verdictOf(better, gate, ignoredRules, previous).verdict).to.equal('accepted');
    }), { numRuns: 300, maxSkipsPerRun: 1000 });
  });

  it('never accepts what it refused because a pass became a failure', () => {
    fc.assert(fc.property(rules, policy, ignored, rules, fc.nat(), fc.constantFrom(...failures), (results, gate, ignoredRules, previous, pick, worse) => {
      const passed = results.filter(({ result }) => result === 'pass');
      fc.pre(passed.length > 0);
      const before = verdictOf(results, gate, ignoredRules, previous);
      const after = verdictOf(results.map((rule) => (rule === passed[pick % passed.length] ? { ...rule, result: worse } : rule)), gate, ignoredRules, previous);
      if (before.verdict === 'refused') expect(after.verdict).to.equal('refused');
    }), { numRuns: 500 });
  });

  it('says the same, byte for byte, in whatever order the rules come', () => {
    fc.assert(fc.property(
      rules.chain((results) => fc.tuple(fc.constant(results), fc.shuffledSubarray(results, { minLength: results.length }))), policy, ignored, rules,
      ([results, shuffled], gate, ignoredRules, previous) => {
        expect(serializeVerdict(verdictOf(shuffled, gate, [...ignoredRules].reverse(), [...previous].reverse())))
          .to.equal(serializeVerdict(verdictOf(results, gate, ignoredRules, previous)));
      },
    ), { numRuns: 500 });
  });

  it('takes out of the counts exactly what is ignored, and gives its weight to no other rule', () => {
    fc.assert(fc.property(rules, policy, fc.nat(), (results, gate, pick) => {
      const chosen = results[pick % Math.max(1, results.length)];
      fc.pre(chosen !== undefined);
      const all = verdictOf(results, gate);
      const without = verdictOf(results, gate, [chosen.rule]);
      const severity = chosen.severity === 'info' ? 'unknown' : chosen.severity;
      const expected = structuredClone(all);
      expected.counts[chosen.result] -= 1;
      expected.by_severity[severity][chosen.result] -= 1;
      expect(without.counts).to.deep.equal(expected.counts);
      expect(without.by_severity).to.deep.equal(expected.by_severity);
      expect(without.failing).to.deep.equal(all.failing.filter(({ rule }) => rule !== chosen.rule));
    }), { numRuns: 500 });
  });

  it('is never won over by ignoring a rule that passes', () => {
    fc.assert(fc.property(rules, policy, rules, fc.nat(), (results, gate, previous, pick) => {
      const passed = results.filter(({ result }) => result === 'pass');
      fc.pre(passed.length > 0);
      const chosen = passed[pick % passed.length]!;
      if (verdictOf(results, gate, [], previous).verdict === 'refused') {
        expect(verdictOf(results, gate, [chosen.rule], previous).verdict).to.equal('refused');
      }
    }), { numRuns: 500 });
  });

  it('refuses what proves nothing', () => {
    const proves = fc.constantFrom<ResultWord>('notapplicable', 'notselected', 'informational');
    fc.assert(fc.property(fc.array(proves), policy, (words, gate) => {
      const verdict = verdictOf(words.map((result, n) => ruleResult(`rule_${n}`, result)), gate);
      expect(verdict.verdict).to.equal('refused');
      expect(verdict.reasons[0]?.code).to.equal('nothing-evaluated');
    }));
  });

  it('refuses exactly when it has a reason', () => {
    fc.assert(fc.property(rules, policy, ignored, (results, gate, ignoredRules) => {
      const verdict = verdictOf(results, gate, ignoredRules);
      expect(verdict.verdict === 'refused').to.equal(verdict.reasons.length > 0);
    }));
  });

  it('accepts a pass rate exactly at any limit, and refuses one rule below it', () => {
    // A thousand rules: a limit of three decimals is reached by a whole number of them.
    const distance = fc.constantFrom(-2, -1, 0, 1, 2);
    fc.assert(fc.property(fc.integer({ min: 1, max: 999 }), distance, (thousandths, above) => {
      const passed = Math.min(1000, Math.max(0, thousandths + above));
      const results = Array.from({ length: 1000 }, (_, n) => ruleResult(`rule_${n}`, n < passed ? 'pass' : 'fail'));
      const passRate = Number(`0.${String(thousandths).padStart(3, '0')}`);
      const verdict = judge(assay(results), baseline({ passRate }), context);
      expect(verdict.verdict).to.equal(passed >= thousandths ? 'accepted' : 'refused');
    }), { numRuns: 300 });
  });

  it('never shows a rate as higher than it is', () => {
    fc.assert(fc.property(fc.nat({ max: 5000 }), fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 8 }), (passed, more, digits) => {
      const rate = passed / (passed + more);
      expect(Number(showRate(rate, digits))).to.be.at.most(rate);
      expect(rate - Number(showRate(rate, digits))).to.be.below(10 ** -digits);
    }), { numRuns: 2000 });
    expect(showRate(1)).to.equal('1');
    expect(showRate(0.98)).to.equal('0.98');
    expect(showRate(1e-9)).to.equal('0');
  });
});
