import { expect } from 'chai';
import fc from 'fast-check';
import { bytes, count, day, moment, percent } from '../../../src/report/page/index.ts';

describe('words of a page', () => {
  it('never show a rate higher than it is, nor a hundredth of a percent lower', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (rate) => {
      const shown = Number(percent(rate).replace(' %', '')) / 100;
      expect(shown).to.be.at.most(rate + 1e-12);
      expect(shown).to.be.greaterThan(rate - 0.000_101);
    }));
  });

  it('write rates with two decimals, and one hundred percent only for all', () => {
    expect([0, 0.05, 0.5, 0.57, 0.979_99, 0.994_117_647, 0.999_999, 1].map(percent)).to.deep.equal(['0.00 %', '5.00 %', '50.00 %', '57.00 %', '97.99 %', '99.41 %', '99.99 %', '100 %']);
  });

  it('write moments in UTC, and what is no moment as it is', () => {
    expect(moment('2026-11-23T17:39:24+01:00')).to.equal('23 Nov 2026, 16:39 UTC');
    expect(moment('yesterday')).to.equal('yesterday');
    expect(moment('')).to.equal('');
    expect(day('2027-05-01')).to.equal('1 May 2027');
    expect(day('never')).to.equal('never');
  });

  it('count', () => {
    expect([count(1, 'rule'), count(2, 'rule'), count(0, 'pass', 'passes')]).to.deep.equal(['1 rule', '2 rules', '0 passes']);
    expect([bytes(999), bytes(4634), bytes(1_511_272)]).to.deep.equal(['999 B', '4.6 kB', '1.5 MB']);
  });
});
