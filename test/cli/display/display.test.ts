import { expect } from 'chai';
import { createDisplay, type Clock, type DisplayKind } from '../../../src/cli/display/index.ts';
import type { CupelEvent } from '../../../src/events.ts';
import { expectGolden } from '../../golden.ts';

/** A clock that stands still until it is moved. */
class HandClock implements Clock {
  private time = 5_000;
  private ticks: { every: number; next: number; tick: () => void }[] = [];
  now(): number { return this.time; }
  every(milliseconds: number, tick: () => void): () => void {
    const entry = { every: milliseconds, next: this.time + milliseconds, tick };
    this.ticks.push(entry);
    return () => { this.ticks = this.ticks.filter((other) => other !== entry); };
  }
  pass(seconds: number): void {
    for (const end = this.time + seconds * 1000; this.time < end;) {
      this.time += 100;
      for (const entry of this.ticks) {
        if (entry.next > this.time) continue;
        entry.next += entry.every;
        entry.tick();
      }
    }
  }
}

function shown(kind: DisplayKind): { clock: HandClock; emit: (event: CupelEvent) => void; close: () => void; out: string[]; note: string[] } {
  const out: string[] = [];
  const note: string[] = [];
  const clock = new HandClock();
  const display = createDisplay(kind, { out: (text) => out.push(text), note: (text) => note.push(text) }, clock);
  return { clock, out, note, emit: display.emit, close: () => { display.close(); } };
}

/** A short build. */
function play({ clock, emit, close }: ReturnType<typeof shown>): void {
  emit({ type: 'stage', stage: 'connect', state: 'start' });
  clock.pass(1.3);
  emit({ type: 'stage', stage: 'connect', state: 'end', seconds: 1.3, detail: 'builder@127.0.0.1:2222' });
  emit({ type: 'stage', stage: 'harden', state: 'start' });
  emit({ type: 'progress', message: 'pass 1: 106 steps' });
  clock.pass(0.4);
  emit({ type: 'step', index: 37, total: 106, rule: 'sshd_set_max_sessions', outcome: 'ok', seconds: 0.4 });
  clock.pass(33);
  emit({ type: 'step', index: 38, total: 106, rule: 'package_aide_installed', outcome: 'failed', seconds: 33, detail: 'exit 100:\r\n\u001b[31mE: no space\u001b[0m' });
  clock.pass(2);
  emit({ type: 'step', index: 106, total: 106, rule: 'sudo_require_authentication', outcome: 'reverted', seconds: 75 });
  emit({ type: 'warning', message: 'password=hunter2 was refused' });
  emit({ type: 'stage', stage: 'harden', state: 'end', seconds: 110.4 });
  close();
  close();
}

describe('the display', () => {
  it('inside Packer is whole lines, a banner per stage, a line per rule, and a sign of life in silence', () => {
    const display = shown('plain');
    play(display);
    expect(display.out).to.deep.equal([]);
    // eslint-disable-next-line no-control-regex -- cursor codes are what must not be there
    expect(display.note.join('\n')).not.to.match(/[\u0000-\u0009\u000b-\u001f]/);
    expectGolden(`${display.note.join('\n')}\n`, new URL('golden/plain.txt', import.meta.url));
  });

  it('gives a sign of life at most every 15 seconds, and none while lines come', () => {
    const display = shown('plain');
    display.clock.pass(46);
    expect(display.note).to.deep.equal(['    … starting: 15s', '    … starting: 30s', '    … starting: 45s']);
    for (let n = 0; n < 10; n += 1) {
      display.emit({ type: 'progress', message: 'on' });
      display.clock.pass(14);
    }
    expect(display.note.filter((line) => line.includes('…'))).to.have.lengthOf(3);
  });

  it('says nothing after it is closed', () => {
    for (const kind of ['plain', 'live'] as const) {
      const display = shown(kind);
      display.close();
      const before = display.note.length;
      display.clock.pass(100);
      expect(display.note).to.have.lengthOf(before);
    }
  });

  it('on a terminal has one status line below what scrolls by', () => {
    const display = shown('live');
    play(display);
    expectGolden(`${screen(display.note)}\n`, new URL('golden/live.txt', import.meta.url));
  });

  it('on a terminal shows stage, times and what is being done while it runs', () => {
    const display = shown('live');
    display.emit({ type: 'stage', stage: 'harden', state: 'start' });
    display.emit({ type: 'step', index: 3, total: 106, rule: 'a', outcome: 'ok', seconds: 0.1 });
    display.clock.pass(62);
    expect(screen(display.note)).to.equal('==> harden (0s)\n    [  3/106] a ok 0.1s\n  harden 1m 02s · total 1m 02s · 3 of 106\n');
  });

  it('for a program is one event a line on standard output, secrets taken out', () => {
    const display = shown('json');
    play(display);
    expect(display.note).to.deep.equal([]);
    expect(display.out.map((line) => JSON.parse(line) as CupelEvent)[1]).to.deep.equal({ type: 'stage', stage: 'connect', state: 'end', seconds: 1.3, detail: 'builder@127.0.0.1:2222' });
    expectGolden(`${display.out.join('\n')}\n`, new URL('golden/events.jsonl', import.meta.url));
  });
});

/** What a terminal would show of it: applies line break, "one up", "clear line" and "carriage return". */
function screen(notes: readonly string[]): string {
  const rows: string[] = [''];
  let row = 0;
  // eslint-disable-next-line no-control-regex -- cursor codes are what is being played
  for (const token of notes.map((note) => (note.endsWith('\n') ? note : `${note}\n`)).join('').match(/\u001b\[\??\d+[a-zA-Z]|\r|\n|[^\u001b\r\n]+/g) ?? []) {
    if (token === '\n') {
      row += 1;
      rows[row] ??= '';
    } else if (token === '\u001b[1A') row -= 1;
    else if (token === '\u001b[2K') rows[row] = '';
    else if (token.startsWith('\u001b') || token === '\r') continue;
    else rows[row] = (rows[row] ?? '') + token;
    if (row < 0) throw new Error('the cursor left the screen');
  }
  return rows.slice(0, row + 1).join('\n');
}
