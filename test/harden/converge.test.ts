import { expect } from 'chai';
import type { Assay, ResultWord } from '../../src/assay/model.ts';
import type { CupelEvent, StepOutcome } from '../../src/events.ts';
import { converge, type Fix, type Hardening, type Step, type StepRecord } from '../../src/harden/index.ts';
import { assay, baseline, ignore, ruleResult } from '../gate/samples.ts';
import { rejection } from '../target/scratch.ts';

type Results = Record<string, ResultWord>;
const found = (results: Results): Assay => assay(Object.entries(results).map(([rule, result]) => ruleResult(rule, result)));
const fix: Fix = { text: 'true\n', source: 'content' };

interface Course {
  /** Results after pass 1, 2, …; the last one stays. */
  after: Results[];
  passes?: number;
  skip?: string[];
  ignored?: string[];
  fixes?: string[];
  reverted?: string[];
}

async function run(before: Results, course: Course): Promise<Hardening & { applied: string[][]; assays: number; warnings: string[] }> {
  const applied: string[][] = [];
  const warnings: string[] = [];
  let assays = 0;
  const record = (pass: number, index: number, step: Step): StepRecord => {
    const outcome: StepOutcome = step.rules.some((rule) => course.reverted?.includes(rule)) ? 'reverted' : 'ok';
    return { pass, index, rules: step.rules, kind: step.kind, family: null, source: step.source, started: '', seconds: 0, exit: 0, outcome, changed: [], output: '', detail: null };
  };
  const hardening = await converge(
    found(before),
    baseline({}, { harden: { passes: course.passes ?? 3, skip: course.skip ?? [], guard: true }, ignore: (course.ignored ?? []).map((rule) => ignore(rule)) }),
    new Map((course.fixes ?? Object.keys(before)).map((rule) => [rule, fix])),
    {
      emit: (event: CupelEvent) => { if (event.type === 'warning') warnings.push(event.message); },
      assay: () => Promise.resolve(found(course.after[Math.min(assays++, course.after.length - 1)] ?? {})),
      runPass: (pass, steps) => {
        applied.push(steps.flatMap((step) => step.rules));
        return Promise.resolve(steps.map((step, at) => record(pass, at + 1, step)));
      },
    },
  );
  return { ...hardening, applied, assays, warnings };
}

describe('converge', () => {
  it('does nothing to a machine on which everything passes', async () => {
    const done = await run({ a: 'pass', b: 'notapplicable' }, { after: [] });
    expect(done).to.deep.include({ passes: 0, records: [], applied: [], assays: 0 });
  });

  it('stops when nothing is left that fails and can be fixed', async () => {
    const done = await run({ a: 'fail', b: 'fail' }, { after: [{ a: 'pass', b: 'fail' }], fixes: ['a'] });
    expect(done).to.deep.include({ passes: 1, applied: [['a']], assays: 1, unfixable: ['b'] });
  });

  it('makes no more passes than the baseline has, with an assay between two of them and none after the last', async () => {
    const done = await run({ a: 'fail', b: 'fail', c: 'fail' }, { after: [{ a: 'pass', b: 'fail', c: 'fail' }, { a: 'pass', b: 'pass', c: 'fail' }], passes: 2 });
    expect(done).to.deep.include({ passes: 2, applied: [['a', 'b', 'c'], ['b', 'c']], assays: 1 });
    expect(done.records.map((record) => record.pass)).to.deep.equal([1, 1, 1, 1, 2, 2, 2]);
  });

  it('makes no assay at all for a single pass', async () => {
    expect(await run({ a: 'fail' }, { after: [], passes: 1 })).to.deep.include({ passes: 1, assays: 0 });
  });

  it('stops when a pass changed nothing, and says so', async () => {
    const done = await run({ a: 'fail', b: 'pass' }, { after: [{ a: 'fail', b: 'pass' }], passes: 9 });
    expect(done.passes).to.equal(1);
    expect(done.warnings).to.deep.equal(['pass 1 changed no result; no further pass']);
  });

  it('names an oscillation and leaves the rule alone from then on', async () => {
    const done = await run({ a: 'fail', b: 'fail' }, { after: [{ a: 'pass', b: 'fail' }, { a: 'fail', b: 'pass' }, { a: 'fail', b: 'fail' }], passes: 9 });
    expect(done.oscillating).to.deep.equal(['a']);
    expect(done.applied).to.deep.equal([['a', 'b'], ['b']]);
    expect(done.warnings[0]).to.contain('a oscillates (fail → pass → fail)');
  });

  it('takes a rule that was broken once, and repaired, for no oscillation', async () => {
    const done = await run({ a: 'pass', b: 'fail' }, { after: [{ a: 'fail', b: 'pass' }, { a: 'pass', b: 'pass' }], passes: 9 });
    expect(done.oscillating).to.deep.equal([]);
    expect(done.applied).to.deep.equal([['b'], ['a']]);
  });

  it('does not try again what was rolled back', async () => {
    const done = await run({ a: 'fail', b: 'fail' }, { after: [{ a: 'fail', b: 'error' }, { a: 'fail', b: 'pass' }], passes: 9, reverted: ['a'] });
    expect(done.reverted).to.deep.equal(['a']);
    expect(done.applied).to.deep.equal([['a', 'b'], ['b']]);
  });

  it('touches neither what is ignored nor what the baseline says to skip', async () => {
    const done = await run({ a: 'fail', b: 'fail', c: 'fail' }, { after: [{ a: 'fail', b: 'fail', c: 'pass' }], ignored: ['a'], skip: ['b'] });
    expect(done.applied).to.deep.equal([['c']]);
    expect(done.unfixable).to.deep.equal([]);
  });

  describe('with something that describes the finished machine', () => {
    const aide = 'aide_build_database';

    it('does it in the last pass', async () => {
      const done = await run({ [aide]: 'fail', a: 'fail' }, { after: [{ [aide]: 'fail', a: 'error' }], passes: 2 });
      expect(done.applied).to.deep.equal([['a'], ['a', aide]]);
    });

    it('does it as soon as nothing else is left, and assays no more', async () => {
      const done = await run({ [aide]: 'fail', a: 'fail' }, { after: [{ [aide]: 'fail', a: 'pass' }], passes: 9 });
      expect(done.applied).to.deep.equal([['a'], [aide]]);
      expect(done.assays).to.equal(1);
    });

    it('does it also when the other fixes change nothing any more', async () => {
      const done = await run({ [aide]: 'fail', a: 'fail' }, { after: [{ [aide]: 'fail', a: 'fail' }], passes: 9 });
      expect(done.applied).to.deep.equal([['a'], [aide]]);
    });
  });

  it('fails when an assay between two passes does', async () => {
    const error = await rejection(converge(found({ a: 'fail' }), baseline(), new Map([['a', fix]]), {
      emit: () => undefined, runPass: () => Promise.resolve([]), assay: () => Promise.reject(new RangeError('no ARF')),
    }));
    expect(error).to.be.instanceOf(RangeError);
  });
});
