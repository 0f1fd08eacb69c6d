import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CupelEvent } from '../../src/events.ts';
import { runPass, type Step, type StepRecord } from '../../src/harden/index.ts';
import { rejection, scratch } from '../target/scratch.ts';
import { ShellTarget } from '../target/shell-target.ts';

const step = (rule: string, kind: Step['kind'] = 'free', script = 'true'): Step => ({ rules: kind === 'deferred' ? [] : [rule], kind, family: kind === 'guarded' ? 'ssh' : undefined, source: 'content', script });

describe('runPass', () => {
  const directory = scratch();
  let target: ShellTarget;
  let events: Extract<CupelEvent, { type: 'step' }>[];
  beforeEach(() => {
    target = new ShellTarget();
    events = [];
  });
  const pass = (steps: Step[], runner: string, values: Record<string, string> = {}, guard = true): Promise<StepRecord[]> => runPass(target, 1, steps, {
    workDirectory: directory.path, unitPrefix: 'cupel-1', runner: `cd "$1"; mkdir -p log\n${runner}`, values, guard,
    emit: (event) => { if (event.type === 'step') events.push(event); },
  });
  const file = (name: string): string => readFileSync(join(directory.path, 'pass-1', name), 'utf8');
  const end = (index: number, exit = 0, changed = ''): string => `printf 'end\\t${index}\\t${exit}\\t1700000000000\\t1500\\t${changed}\\n'`;

  it('places plan, values and each step as it is', async () => {
    const hostile = 'cat <<EOF\n#=cupel=step=2\n# BEGIN\nEOF\nprintf "é\\t$x"';
    await pass([step('a', 'free', hostile), step('b', 'guarded', 'true\n'), step('', 'deferred', '')], `${end(1)}; ${end(2)}; ${end(3)}`, { var_x: "it's\n$(x)", 'bad name': 'x' });
    expect(file('plan')).to.equal('1\tfree\t1200\n2\tguarded\t1200\n3\tdeferred\t1200\n');
    expect(file('steps/1')).to.equal(hostile);
    expect(file('steps/2')).to.equal('true\n');
    expect(file('env.sh')).to.equal("XCCDF_VALUE_var_x='it'\\''s\n$(x)'\n");
  });

  it('gives a record of each step, with what it changed and printed', async () => {
    const records = await pass([step('a'), step('b')], `printf 'said é' >log/1; ${end(1, 0, '/etc/a\\t/etc/b')}; ${end(2, 3)}`);
    expect(records[0]).to.deep.equal({
      pass: 1, index: 1, rules: ['a'], kind: 'free', family: null, source: 'content', started: '2023-11-14T22:13:20.000Z', seconds: 1.5,
      exit: 0, outcome: 'ok', changed: ['/etc/a', '/etc/b'], output: 'said é', detail: null,
    });
    expect(records[1]).to.include({ exit: 3, outcome: 'failed' });
    expect(events.map((event) => `${event.index}/${event.total} ${event.rule} ${event.outcome} ${event.detail ?? ''}`)).to.deep.equal(['1/2 a ok ', '2/2 b failed exit 3']);
  });

  it('keeps the end of a long output', async () => {
    const [record] = await pass([step('a')], `seq 1 2000 >log/1; ${end(1)}`);
    expect(record?.output).to.have.length(2000).and.to.match(/\n2000\n$/);
  });

  it('says of a step that was ended that it took too long', async () => {
    expect((await pass([step('a')], end(1, 124)))[0]?.detail).to.equal('no end after 1200 s');
  });

  it('confirms a guarded step by a login, and shows it only then', async () => {
    const [record] = await pass([step('a', 'guarded')], `mkfifo answer; exec 7<>answer; ${end(1)}; printf 'await\\t1\\t5\\n'; read -t 20 -r said <&7; printf '%s' "$said" >log/1`);
    expect(record).to.include({ outcome: 'ok', output: 'ok 5' });
    expect(events).to.have.length(1);
  });

  /** Bash for the runner's part: waits for the answer to a question. */
  const ask = (index: number, ticket: number): string => `printf 'await\\t${index}\\t${ticket}\\n'; read -t 20 -r said <&7`;

  it('shows guarded steps that stand together when one login has confirmed them all', async () => {
    let shown = -1;
    target.probes = [() => {
      shown = events.length;
      return true;
    }];
    await pass([step('a', 'guarded'), step('b', 'guarded')], `mkfifo answer; exec 7<>answer; ${end(1)}; ${end(2)}; ${ask(2, 1)}; [ "$said" = 'ok 1' ]`);
    expect(shown).to.equal(0);
    expect(events.map((event) => `${event.rule} ${event.outcome}`)).to.deep.equal(['a ok', 'b ok']);
  });

  it('takes the last run of steps that were repeated one by one, adds their times, and shows each once', async () => {
    const fails = (): boolean => false;
    target.probes = [fails, fails, fails, () => true, fails, fails, fails];
    const records = await pass([step('a', 'guarded'), step('b', 'guarded')], [
      'mkfifo answer; exec 7<>answer', end(1, 3), end(2), ask(2, 1), '[ "$said" = "no 1" ]', "printf 'repeat\\t2\\tno login afterwards\\n'",
      end(1), ask(1, 2), '[ "$said" = "ok 2" ]', end(2), ask(2, 3), '[ "$said" = "no 3" ]', "printf 'reverted\\t2\\tno login afterwards\\n'",
    ].join(' || exit 9; '));
    expect(records.map(({ index, outcome, exit, seconds }) => ({ index, outcome, exit, seconds }))).to.deep.equal([
      { index: 1, outcome: 'ok', exit: 0, seconds: 3 }, { index: 2, outcome: 'reverted', exit: 0, seconds: 3 },
    ]);
    expect(events.map((event) => `${event.rule} ${event.outcome}`)).to.deep.equal(['a ok', 'b reverted']);
  });

  it('takes what was rolled back for reverted, with the reason', async () => {
    target.probes = [() => false, () => false, () => false];
    const [record] = await pass([step('a', 'guarded')], `mkfifo answer; exec 7<>answer; ${end(1)}; printf 'await\\t1\\t5\\n'; read -t 20 -r said <&7; [ "$said" = 'no 5' ] && printf 'reverted\\t1\\tno login afterwards\\n'`);
    expect(record).to.include({ outcome: 'reverted', detail: 'no login afterwards' });
    expect(events.map((event) => event.outcome)).to.deep.equal(['reverted']);
  });

  it('shows a guarded step for which no rollback point could be taken', async () => {
    await pass([step('a', 'guarded')], end(1, 125));
    expect(events.map((event) => event.outcome)).to.deep.equal(['failed']);
  });

  it('runs guarded steps without the guard when the baseline says so', async () => {
    await pass([step('a', 'guarded')], end(1), {}, false);
    expect(file('plan')).to.equal('1\tunguarded\t1200\n');
    expect(events).to.have.length(1);
  });

  it('fails when the runner does', async () => {
    const error = await rejection(pass([step('a')], `${end(1)}; echo why >&2; exit 5`));
    expect(error.code).to.equal('harden-runner');
    expect(error.message).to.contain('exit 5').and.contain('why');
  });

  it('fails when a step is not accounted for', async () => {
    expect((await rejection(pass([step('a'), step('b')], end(1)))).message).to.contain('1 of 2 steps');
  });

  it('fails when the runner says nothing sensible', async () => {
    expect((await rejection(pass([step('a')], "printf 'end\\t1\\tyes\\tno\\tmaybe\\n'"))).code).to.equal('harden-runner');
  });

  it('names a full disk', async () => {
    target.answer = (script) => (script.includes('tar -C') ? { exitCode: 2, stderr: 'tar: steps/1: Cannot write: No space left on device' } : undefined);
    expect((await rejection(pass([step('a')], end(1)))).code).to.equal('target-disk-full');
  });
});
