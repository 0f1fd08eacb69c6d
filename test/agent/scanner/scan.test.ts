import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { atScrape } from '../../../src/agent/metrics/index.ts';
import { SystemError } from '../../../src/agent/platform/index.ts';
import { scratch } from '../../target/scratch.ts';
import { SmallMachine } from './machine.ts';

describe('cis-scanner scan', () => {
  const directory = scratch();
  let machine: SmallMachine;
  const hour = 3_600_000;
  /** The clock runs ahead by so much from the n-th look on. */
  const clock = (...shifts: number[]): void => {
    let looks = 0;
    machine.tamper = (platform) => ({ ...platform, now: () => platform.now() + (shifts[Math.min(looks++, shifts.length - 1)] ?? 0) });
  };
  beforeEach(() => { machine = new SmallMachine(directory.path); });

  it('accepts what the gate accepts, and is refused what it refuses only where that is asked', () => {
    expect(machine.run('scan', '--fail')).to.include({ exitCode: 0 }).and.to.have.property('out').that.matches(/^accepted: 2 of 2 rules passed, 0 failing, 0 ignored/);
    machine.finds({ a: 'pass', b: 'fail' });
    expect(machine.run('scan').exitCode).to.equal(0);
    expect(machine.run('scan', '--fail').exitCode).to.equal(2);
    expect(machine.run('status')).to.include({ exitCode: 2 }).and.to.have.property('out').that.contains('failing    b (medium, CIS 1.2): Rule b');
  });

  it('writes a script with the fixes for what fails and counts, and for nothing else', () => {
    writeFileSync(path.join(machine.places.ignore, 'site.txt'), 'c   # not here; owner=site; expires=2099-01-01\n');
    machine.finds({ a: 'pass', b: 'fail', c: 'fail' });
    machine.run('scan');
    expect(machine.text('remediation.sh')).to.contain("step 'b (CIS 1.2): Rule b'").and.to.contain('touch b\n').and.not.to.match(/touch [ac]\n/);
    expect(machine.text('metrics.prom')).to.contain('cis_rule_failed{rule="b",severity="medium",cis="1.2"} 1\n').and.to.contain('cis_rule_ignored{rule="c",would_fail="true"} 1\n').and.not.to.contain('cis_rule_failed{rule="c"');
  });

  it('counts a rule whose ignore has run out or says not who and until when, and warns of the latter', () => {
    machine.finds({ b: 'fail', c: 'fail' });
    writeFileSync(path.join(machine.places.ignore, 'site.txt'), 'b   # over; owner=site; expires=2020-01-01\nc   # some reason\n');
    const { error } = machine.run('scan');
    expect(error).to.contain('site.txt:2: c is not ignored: write owner=');
    expect(machine.result.report?.verdict.failing.map(({ rule }) => rule)).to.deep.equal(['b', 'c']);
  });

  it('keeps as many reports as it is told', () => {
    writeFileSync(machine.places.configuration, 'keep = 2\n');
    for (const shift of [0, 1, 2, 3]) {
      clock(shift * hour);
      machine.run('scan');
    }
    const kept = readdirSync(machine.state('history')).sort();
    expect(kept).to.have.length(2);
    expect(readFileSync(machine.state(`history/${kept[1] ?? ''}`)).equals(readFileSync(machine.state('arf.xml.gz')))).to.equal(true);
  });

  it('gives one series per rule, and a textfile, where that is wanted', () => {
    const textfile = path.join(directory.path, 'cis.prom');
    writeFileSync(machine.places.configuration, `every_rule = yes\ntextfile = ${textfile}\n`);
    machine.run('scan');
    expect(readFileSync(textfile, 'utf8')).to.contain('cis_rule_result{rule="a",severity="medium",result="pass"} 1\n').and.to.contain('cis_report_present 1\n');
  });

  for (const [what, code, act] of [
    ['oscap is not there', 'oscap-missing', () => { machine.oscap('#!/bin/sh\nexit 127\n'); }],
    ['oscap could not evaluate', 'oscap-failed', () => { machine.oscap('#!/bin/sh\n[ "$1" != --version ] || exec echo 1.3.7\necho bad >&2; exit 1\n'); }],
    ['oscap is killed', 'oscap-failed', () => { machine.oscap('#!/bin/sh\n[ "$1" != --version ] || exec echo 1.3.7\nkill -9 $$\n'); }],
    ['oscap never ends', 'oscap-too-long', () => { machine.environment['RUN_OSCAP_LIMIT'] = '2'; machine.environment['RUN_OSCAP_PAUSE'] = '0.05'; machine.oscap('#!/bin/sh\n[ "$1" != --version ] || exec echo 1.3.7\nwhile :; do :; done\n'); }],
    ['the disk is full of what oscap writes', 'disk-full', () => { machine.oscap('#!/bin/sh\n[ "$1" != --version ] || exec echo 1.3.7\necho "write: No space left on device" >&2; exit 1\n'); }],
    ['the report is another run\'s', 'assay-mismatch', () => { writeFileSync(`${directory.path}/arf.xml`, readFileSync(`${directory.path}/arf.xml`, 'utf8').replace('run-1', 'run-2')); }],
    ['the content was changed', 'content-changed', () => { writeFileSync(`${machine.places.content}/ssg-debian12-ds.xml`, 'x'); }],
    ['the lock is gone', 'baseline-missing', () => { machine.places.lock = `${directory.path}/none`; }],
    ['the lock was edited', 'lock-digest', () => { writeFileSync(machine.places.lock, readFileSync(machine.places.lock, 'utf8').replace('passRate: 0.9', 'passRate: 0.1')); }],
    ['its configuration is wrong', 'scanner-conf-invalid', () => { writeFileSync(machine.places.configuration, 'keep = many\n'); }],
  ] as const) {
    it(`fails when ${what}, says so, and keeps the report before`, () => {
      machine.run('scan');
      const before = readFileSync(machine.state('arf.xml.gz'));
      act();
      const { exitCode, error } = machine.run('scan');
      expect(exitCode).to.equal(code === 'scanner-conf-invalid' ? 78 : 3);
      expect(error).to.contain(`[${code}]`);
      expect(machine.result.scan).to.nested.include({ success: false, 'failure.code': code });
      expect(machine.result.report?.verdict.evaluated).to.equal(2);
      expect(readFileSync(machine.state('arf.xml.gz')).equals(before)).to.equal(true);
      expect(machine.text('metrics.prom')).to.contain('cis_scan_success 0\n').and.to.contain(`cis_scan_failure_info{code="${code}"} 1\n`).and.to.contain('cis_pass_ratio 1\n');
      expect(machine.has('work')).to.equal(false);
      expect(machine.run('status')).to.include({ exitCode: 3 });
    });
  }

  it('changes nothing at whichever write the disk is full', () => {
    machine.run('scan');
    const seen = (): string[] => ['arf.xml.gz', 'result.json', 'metrics.prom', 'remediation.sh'].map((name) => readFileSync(machine.state(name)).toString('hex'));
    const before = seen();
    let writes = 0;
    const countWrites = (failAt: number): void => {
      writes = 0;
      machine.tamper = (platform) => ({ ...platform, files: { ...platform.files, write: (file, text, mode) => {
        if (++writes >= failAt) throw new SystemError('ENOSPC', 'write', file);
        platform.files.write(file, text, mode);
      } } });
    };
    countWrites(Infinity);
    machine.run('scan');
    const all = writes;
    const after = seen();
    expect(all).to.be.at.least(3);
    expect(after).not.to.deep.equal(before);
    for (let failAt = 1; failAt <= all; failAt++) {
      countWrites(failAt);
      const { exitCode, error } = machine.run('scan');
      expect([exitCode, /ENOSPC/.test(error)], `write ${failAt}`).to.deep.equal([3, true]);
      expect(seen(), `write ${failAt}`).to.deep.equal(after);
    }
  });

  it('measures by a clock that nobody sets, and goes on when the other one jumps', () => {
    clock(0, -48 * hour);
    expect(machine.run('scan').exitCode).to.equal(0);
    expect(machine.result.scan.seconds).to.be.at.least(0).and.below(60);
    machine.tamper = (platform) => platform;
    // 48 hours ago, as the clock has it now.
    expect(machine.run('status')).to.include({ exitCode: 3 }).and.to.have.property('out').that.matches(/^stale: .*more than 36 h ago/);
    clock(0, 48 * hour);
    machine.run('scan');
    machine.tamper = (platform) => platform;
    expect(machine.run('status')).to.include({ exitCode: 3 }).and.to.have.property('out').that.contains('yet to come: the clock was set');
  });

  it('misses a report that there never was, or that was taken away before a scan failed', () => {
    const present = (): boolean => {
      const metrics = machine.text('metrics.prom');
      const look = (file: string): { size: number; modified: number } | undefined => {
        const facts = statSync(file, { throwIfNoEntry: false });
        return facts && { size: facts.size, modified: Math.floor(facts.mtimeMs) };
      };
      const { now } = atScrape({ now: Date.now() / 1000, metrics, metricsPresent: true, staleAfter: 3600, look });
      return now.find(({ name }) => name === 'cis_report_present')?.samples[0]?.value === 1;
    };
    const [works, fails] = [readFileSync(`${directory.path}/bin/oscap`, 'utf8'), '#!/bin/sh\nexit 1\n'];
    machine.oscap(fails);
    machine.run('scan');
    expect(present()).to.equal(false);
    machine.oscap(works);
    machine.run('scan');
    machine.oscap(fails);
    machine.run('scan');
    expect(present()).to.equal(true);
    rmSync(machine.state('arf.xml.gz'));
    machine.run('scan');
    expect(present()).to.equal(false);
  });

  it('tells drift from the evidence of the build, and that there is none', () => {
    machine.run('scan');
    expect(machine.result.drift).to.equal(null);
    writeFileSync(path.join(machine.places.build, 'arf.xml.gz'), readFileSync(machine.state('arf.xml.gz')));
    machine.finds({ a: 'pass', b: 'fail' });
    machine.run('scan');
    expect(machine.result.drift).to.deep.equal(['b']);
    writeFileSync(path.join(machine.places.build, 'arf.xml.gz'), 'broken');
    machine.run('scan');
    expect(machine.result.drift).to.equal(null);
  });
});

describe('cis-scanner', () => {
  const directory = scratch();

  it('says what it does, what it is, and what it does not understand', () => {
    const machine = new SmallMachine(directory.path);
    expect(machine.run('--help')).to.include({ exitCode: 0 });
    expect(machine.run('--version')).to.deep.equal({ exitCode: 0, out: 'cis-scanner 0.0.0+node\n', error: '' });
    for (const args of [[], ['scna'], ['scan', '--json'], ['status', '--max-age', 'x'], ['remediate', '--rule'], ['remediate', '--yes=no']]) {
      expect(machine.run(...args), args.join(' ')).to.include({ exitCode: 64 });
    }
    expect(machine.run('remediate').error).to.contain('[unconfirmed]');
  });

  it('has nothing to say before the first scan, nor once the report is gone', () => {
    const machine = new SmallMachine(directory.path);
    expect(machine.run('status')).to.include({ exitCode: 3 }).and.to.have.property('out').that.matches(/^missing: /);
    machine.run('scan');
    expect(JSON.parse(machine.run('status', '--json').out)).to.nested.include({ state: 'accepted', why: null, 'result.scan.oscap': '1.3.7' });
    expect(machine.run('status', '--max-age=0.0000001')).to.include({ exitCode: 3 });
    writeFileSync(machine.state('result.json'), '{"schema":');
    expect(machine.run('status')).to.include({ exitCode: 3 });
  });
});
