import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { scratch } from '../../target/scratch.ts';
import { SmallMachine } from './machine.ts';

describe('the history of reports', () => {
  const directory = scratch();
  let machine: SmallMachine;
  const hour = 3_600_000;
  const scanAt = (shift: number): void => {
    machine.tamper = (platform) => ({ ...platform, now: () => Date.UTC(2026, 4, 1) + shift });
    expect(machine.run('scan').exitCode).to.equal(0);
  };
  const kept = (): string[] => readdirSync(machine.state('history')).sort();
  const dates = (): string[] => kept().map((name) => name.replace(/-[0-9a-f]{8}\.arf\.xml\.gz$/, ''));
  beforeEach(() => {
    machine = new SmallMachine(directory.path);
    writeFileSync(machine.places.configuration, 'keep = 3\n');
  });

  it('keeps those that came last when the clock was set back', () => {
    for (const shift of [0, hour, 2 * hour, -48 * hour, -47 * hour]) scanAt(shift);
    expect(dates()).to.deep.equal(['000003-20260501T020000Z', '000004-20260429T000000Z', '000005-20260429T010000Z']);
    scanAt(-46 * hour);
    expect(dates()).to.deep.equal(['000004-20260429T000000Z', '000005-20260429T010000Z', '000006-20260429T020000Z']);
    expect(readFileSync(machine.state(`history/${kept()[2] ?? ''}`)).equals(readFileSync(machine.state('arf.xml.gz')))).to.equal(true);
  });

  it('takes names without a number for older, goes past six digits, and leaves alone what is no report', () => {
    scanAt(0);
    for (const name of ['20260101T000000Z-aaaaaaaa.arf.xml.gz', '20270101T000000Z-bbbbbbbb.arf.xml.gz', '999999-20260101T000000Z-cccccccc.arf.xml.gz', 'notes.txt']) writeFileSync(machine.state(`history/${name}`), '');
    scanAt(hour);
    expect(dates()).to.deep.equal(['000001-20260501T000000Z', '1000000-20260501T010000Z', '999999-20260101T000000Z', 'notes.txt']);
    scanAt(2 * hour);
    expect(dates()).to.deep.equal(['1000000-20260501T010000Z', '1000001-20260501T020000Z', '999999-20260101T000000Z', 'notes.txt']);
  });
});
