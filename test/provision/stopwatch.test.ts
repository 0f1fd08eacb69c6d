import { expect } from 'chai';
import { Stopwatch } from '../../src/provision/stopwatch.ts';
import { rejection } from '../target/scratch.ts';

describe('Stopwatch', () => {
  it('adds up what is not ours, and leaves the rest', () => {
    const watch = new Stopwatch();
    watch.add('fixes', 2);
    watch.add('fixes', 3);
    watch.add('packages', 1);
    const timing = watch.timing();
    expect(timing).to.include({ fixes: 5, packages: 1, oscap: 0, reboot: 0 });
    // Work that ran side by side adds up to more than has passed; ours is never less than nothing.
    expect(timing.own).to.equal(0);
  });

  it('counts work that fails, and hands its result or failure on', async () => {
    const watch = new Stopwatch();
    expect(await watch.during('oscap', () => Promise.resolve(7))).to.equal(7);
    const failure = new Error('no');
    expect(await rejection(watch.during('reboot', () => new Promise((_, reject) => { setTimeout(() => { reject(failure); }, 5); })))).to.equal(failure);
    const timing = watch.timing();
    expect(timing.reboot).to.be.greaterThan(0);
    expect(timing.total).to.be.at.least(timing.reboot + timing.oscap);
  });
});
