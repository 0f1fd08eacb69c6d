import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { run } from '../../../src/cli/run.ts';
import { packBundle } from '../../../src/evidence/index.ts';
import { arfOf, evidenceOf, results, signedEvidence } from '../../evidence/sample.ts';
import { host, item, nessus } from '../../report/nessus/samples.ts';

describe('cupel report, diff, compare and check', () => {
  let scratch: string;
  const at = (name: string): string => join(scratch, name);
  const put = (name: string, content: string | Uint8Array): string => {
    writeFileSync(at(name), content);
    return at(name);
  };

  async function cupel(...args: string[]): Promise<{ exit: number; out: string; note: string }> {
    let [out, note] = ['', ''];
    const exit = await run(args, {
      out: (text) => { out += text; }, note: (text) => { note += `${text}\n`; }, readStdin: () => Promise.resolve(''), isTty: false, env: { XDG_DATA_HOME: at('data') },
    });
    return { exit, out, note };
  }

  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'cupel-report-'));
    put('good.cupel.tgz', await packBundle(await signedEvidence()));
    mkdirSync(at('refused'));
    for (const [name, content] of evidenceOf({ arf: arfOf({ ...results, alpha: 'fail' }) })) writeFileSync(join(at('refused'), name), content);
    put('lock.yaml', evidenceOf().get('baseline.lock.yaml') ?? '');
    put('arf.xml', arfOf());
  });
  after(() => { rmSync(scratch, { recursive: true, force: true }); });

  describe('report', () => {
    it('draws several formats at once, one of them to standard output', async () => {
      const { exit, out, note } = await cupel('report', at('good.cupel.tgz'), '--format', 'csv', '--format', `sarif=${at('out.sarif')}`, '--format', `junit=${at('out.xml')}`);
      expect(exit, note).to.equal(0);
      expect(out.split('\r\n')).to.have.length(9);
      expect(JSON.parse(readFileSync(at('out.sarif'), 'utf8'))).to.have.property('version', '2.1.0');
      expect(readFileSync(at('out.xml'), 'utf8')).to.contain('<testsuites name="cupel" tests="8" failures="1" errors="0"');
    });

    it('draws refused evidence, too: a report is no verdict', async () => {
      const { exit, out } = await cupel('report', at('refused'));
      expect(exit).to.equal(0);
      expect(out).to.match(/^## (?:❌ Refused|✅ Accepted): debian12/);
    });

    it('writes to the file given with --output', async () => {
      expect(await cupel('report', at('good.cupel.tgz'), '--format', 'json', '-o', at('report.json'))).to.deep.equal({ exit: 0, out: '', note: '' });
      expect(JSON.parse(readFileSync(at('report.json'), 'utf8'))).to.nested.include({ 'verdict.verdict': 'accepted', 'source.name': 'good.cupel.tgz' });
    });

    it('judges an ARF by a lock, and says what changed since the previous one', async () => {
      const { exit, out, note } = await cupel('report', at('arf.xml'), '--lock', at('lock.yaml'), '--previous', at('good.cupel.tgz'), '--format', 'json');
      expect(exit, note).to.equal(0);
      expect(JSON.parse(out)).to.nested.include({ 'verdict.verdict': 'accepted', 'comparison.regression': false });
    });

    it('says that nobody judged an ARF that comes alone', async () => {
      const { exit, out, note } = await cupel('report', at('arf.xml'));
      expect({ exit, note }).to.deep.equal({ exit: 0, note: 'cupel: no baseline was given: these are oscap\'s results, and nobody has judged them\n' });
      expect(out).to.match(/^## ⚪ Not judged/);
    });

    it('has oscap draw its own page', async () => {
      const { exit, out, note } = await cupel('report', fileURLToPath(new URL('../../fixtures/arf/all-notapplicable.arf.xml.gz', import.meta.url)), '--format', 'oscap-html');
      expect(exit, note).to.equal(0);
      expect(out).to.contain('OpenSCAP Evaluation Report');
    });

    for (const [what, args, exit, code] of [
      ['a format that there is not', ['--format', 'pdf'], 64, 'report-format'],
      ['two formats for standard output', ['--format', 'csv', '--format', 'json'], 64, 'report-format'],
      ['two formats in one file', ['--format', 'csv=x', '--format', 'json=x'], 64, 'report-format'],
      ['a file name left out', ['--format', 'csv='], 64, 'report-format'],
      ['--output without anything to write', ['--format', 'csv=x', '-o', 'y'], 64, 'report-format'],
      ['a lock beside evidence', ['--lock', 'lock.yaml'], 64, 'policy-two'],
      ['a file that cannot be written', ['--format', 'csv=/nonexistent/x'], 3, 'report-unwritable'],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const { exit: found, out, note } = await cupel('report', at('good.cupel.tgz'), ...args);
        expect(note).to.contain(`[${code}]`);
        expect({ found, out }).to.deep.equal({ found: exit, out: '' });
      });
    }

    it('ends with 3 for a broken ARF, and draws nothing', async () => {
      const { exit, out, note } = await cupel('report', put('half.xml', arfOf().slice(0, 900)), '--format', `json=${at('never.json')}`);
      expect({ exit, out }).to.deep.equal({ exit: 3, out: '' });
      expect(note).to.contain('half.xml: ').and.to.contain('[xml-truncated]');
      expect(() => readFileSync(at('never.json'))).to.throw('ENOENT');
    });
  });

  describe('diff', () => {
    it('ends with 0 where nothing got worse', async () => {
      const { exit, out } = await cupel('diff', at('good.cupel.tgz'), at('good.cupel.tgz'));
      expect(exit).to.equal(0);
      expect(out).to.match(/^NO REGRESSION {2}debian12-golden \(good\.cupel\.tgz\) → debian12-golden \(good\.cupel\.tgz\)/);
    });

    it('ends with 2 for a regression, as text, JSON and Markdown', async () => {
      const text = await cupel('diff', at('good.cupel.tgz'), at('refused'));
      expect(text.exit).to.equal(2);
      expect(text.out).to.contain('Newly failing: 1\n  - medium pass → fail alpha');
      const json = await cupel('diff', at('good.cupel.tgz'), at('refused'), '--json');
      expect(json.exit).to.equal(2);
      expect(JSON.parse(json.out)).to.nested.include({ 'regression': true, 'newlyFailing[0].rule': 'alpha' });
      expect((await cupel('diff', at('good.cupel.tgz'), at('refused'), '--markdown')).out).to.match(/^## ❌ Regression: /);
    });

    it('compares evidence with an ARF that is judged by the same lock', async () => {
      expect((await cupel('diff', at('good.cupel.tgz'), at('arf.xml'), '--lock', at('lock.yaml'))).exit).to.equal(0);
    });

    it('wants two things, and a baseline for a machine', async () => {
      for (const args of [[], [at('refused'), '--local'], ['--local'], [at('refused'), '--json', '--markdown']]) expect((await cupel('diff', at('good.cupel.tgz'), ...args)).exit).to.equal(64);
    });
  });

  describe('compare nessus', () => {
    const agreeing = item({ name: 'alpha', result: 'PASSED' });
    const disagreeing = item({ name: 'alpha', result: 'FAILED' });

    it('ends with 0 where both agree and 2 where they do not', async () => {
      expect((await cupel('compare', 'nessus', put('a.nessus', nessus(host('one', agreeing))), at('good.cupel.tgz'))).exit).to.equal(0);
      const { exit, out } = await cupel('compare', 'nessus', put('d.nessus', nessus(host('one', disagreeing))), at('good.cupel.tgz'), '--json');
      expect(exit).to.equal(2);
      expect(JSON.parse(out)).to.nested.include({ 'comparisons[0].disagreements[0].rules[0].rule': 'alpha' });
    });

    it('asks which of several hosts, takes the one of our name, one named, or all', async () => {
      const file = put('two.nessus', nessus(host('one', agreeing) + host('two', disagreeing)));
      expect((await cupel('compare', 'nessus', file, at('good.cupel.tgz'))).note).to.contain('[nessus-host]').and.to.contain('one, two');
      expect((await cupel('compare', 'nessus', file, at('good.cupel.tgz'), '--host', 'one')).exit).to.equal(0);
      expect((await cupel('compare', 'nessus', file, at('good.cupel.tgz'), '--host', 'three')).exit).to.equal(3);
      expect((await cupel('compare', 'nessus', file, at('good.cupel.tgz'), '--all-hosts')).exit).to.equal(2);
      const ours = put('ours.nessus', nessus(host('other', disagreeing) + host('host', agreeing)));
      expect((await cupel('compare', 'nessus', ours, at('good.cupel.tgz'))).exit).to.equal(0);
    });
  });

  describe('check', () => {
    for (const [what, args, code] of [
      ['--json and a format for standard output', ['--json', '--format', 'junit'], 'report-format'],
      ['oscap\'s page of a machine', ['--format', 'oscap-html'], 'report-format'],
      ['a step summary outside GitHub', ['--step-summary'], 'step-summary'],
      ['a stage without --against-build', ['--stage', 'configure'], 'usage'],
    ] as const) {
      it(`refuses ${what} before it connects`, async () => {
        const { exit, note } = await cupel('check', '--baseline', 'debian12-cis-l1-server', '--host', '192.0.2.1', ...args);
        expect(note).to.contain(`[${code}]`);
        expect(exit).to.equal(64);
      });
    }
  });
});
