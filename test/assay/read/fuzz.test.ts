import { expect } from 'chai';
import { generator, mutate } from '../../xml/mutations.ts';
import { bytes } from '../../xml/oracle.ts';
import { read, readWithSaxes } from './reading.ts';
import { arf, benchmark, testResult } from './sample.ts';

const seeds = [arf(), benchmark(undefined, 'bench', testResult()), testResult()].map(bytes);
const words = [
  '<result>pass</result>', '<result>fail</result>', 'pass', 'fail', 'unknown', 'passed', '<rule-result idref="rule_b">', '</rule-result>', '<TestResult', '</TestResult>', ' idref="rule_b"',
  '<rule-result idref="rule_b"><result>pass</result></rule-result>', ' xmlns="urn:other"', ' xmlns:arf="urn:other"', ' severity="high"', ' weight="1e999"', '<override>', '</x:Rule>', '<target>other</target>',
].map(bytes);

describe('reading mutants of an assay', () => {
  it('never accepts what saxes refuses, never reads it otherwise, whatever the cuts', function () {
    // Seconds on an idle machine; a shared one may be ten times slower.
    this.timeout(600_000);
    const pick = generator(3);
    let accepted = 0;
    for (let i = 0; i < 60_000; i++) {
      const mutant = mutate(seeds[i % seeds.length]!, pick, words);
      const cuts = Array.from({ length: pick(3) }, () => pick(mutant.length + 1));
      const ours = read(mutant, cuts);
      const shown = (): string => `mutant ${i}: ${new TextDecoder().decode(mutant)} cut at ${cuts.join(',')}`;
      if (typeof ours === 'string') {
        if (i % 8 === 0 && typeof read(mutant) !== 'string') expect.fail(`accepted only when not cut, ${shown()}`);
        continue;
      }
      accepted++;
      const theirs = readWithSaxes(mutant);
      if (JSON.stringify(theirs) !== JSON.stringify(ours)) expect(ours, shown()).to.deep.equal(theirs);
    }
    expect(accepted).to.be.greaterThan(3000);
  });

  it('reads the same however the bytes are cut', () => {
    for (const seed of seeds) {
      const whole = JSON.stringify(read(seed));
      for (let cut = 0; cut <= seed.length; cut++) if (JSON.stringify(read(seed, [cut])) !== whole) expect.fail(`cut at ${cut}`);
      expect(JSON.stringify(read(seed, Array.from(seed.keys())))).to.equal(whole);
    }
  });

  it('refuses what ends at any byte before its end', () => {
    for (const seed of seeds) for (let end = 0; end < seed.length; end++) expect(read(seed.slice(0, end))).to.be.oneOf(['xml-truncated', 'xml-empty']);
  });
});
