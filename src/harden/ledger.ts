import type { Emit, StepOutcome } from '../events.ts';
import { TargetError } from '../errors.ts';
import type { Step } from './plan.ts';

/** One line of `harden.jsonl`. */
export interface StepRecord {
  pass: number;
  index: number;
  /** Short rule ids; several for a package batch, none for the deferred boot-loader update. */
  rules: string[];
  kind: Step['kind'];
  family: string | null;
  source: Step['source'];
  /** ISO 8601, the machine's clock. */
  started: string;
  /** Of all its runs: a guarded step may have to be repeated. */
  seconds: number;
  exit: number;
  outcome: StepOutcome;
  /** Files below /etc and /boot that the step changed, at most 40. */
  changed: string[];
  /** The end of what it printed, at most 2,000 bytes. */
  output: string;
  detail: string | null;
}

/** Guarded steps that wait for a login, and how to answer. */
export interface Question {
  ticket: number;
  /** They are kept: show them. */
  kept: () => void;
  /** Aborts when the machine no longer waits for the answer. */
  over: AbortSignal;
}

const hintOf = (step: Step): string => (step.kind === 'packages' ? `packages (${step.rules.length} rules)` : (step.rules[0] ?? 'boot loader'));

/** Follows the events of the runner (provisioners/harden/runner.sh) and keeps a record of each step of a pass. */
export class Ledger {
  readonly #records = new Map<number, StepRecord>();
  readonly #shown = new Set<number>();
  #pending: StepRecord[] = [];
  #asked: AbortController | undefined;
  readonly #pass: number;
  readonly #steps: readonly Step[];
  readonly #guard: boolean;
  readonly #emit: Emit;

  constructor(pass: number, steps: readonly Step[], guard: boolean, emit: Emit) {
    this.#pass = pass;
    this.#steps = steps;
    this.#guard = guard;
    this.#emit = emit;
  }

  get records(): ReadonlyMap<number, StepRecord> {
    return this.#records;
  }

  /**
   * Takes one line of the runner.
   * @returns the question when guarded steps wait for a login
   * @throws TargetError `harden-runner` when the line makes no sense
   */
  follow(line: string): Question | undefined {
    const [event = '', indexText = '', ...rest] = line.split('\t');
    const index = Number(indexText);
    const step = this.#steps[index - 1];
    if (step === undefined) return undefined;
    if (event === 'end') this.#end(index, step, rest);
    else if (event === 'await') return this.#await(Number(rest[0]));
    else if (event === 'repeat') this.#repeat(rest[0] ?? '');
    else if (event === 'reverted') this.#reverted(index, rest[0] ?? null);
    return undefined;
  }

  /** Nobody waits any more. */
  giveUp(): void {
    this.#asked?.abort();
  }

  /** Shows what is not shown yet: guarded steps that never came to a login, because nothing was done. */
  showRest(): void {
    for (const record of this.#records.values()) this.#show(record);
  }

  #end(index: number, step: Step, fields: readonly string[]): void {
    const record = readEnd(this.#pass, index, step, fields);
    record.seconds += this.#records.get(index)?.seconds ?? 0;
    this.#records.set(index, record);
    if (step.kind === 'guarded' && this.#guard) this.#pending.push(record);
    else this.#show(record);
  }

  #await(ticket: number): Question {
    const asked = new AbortController();
    const waiting = this.#pending;
    this.#pending = [];
    this.#asked = asked;
    return {
      ticket,
      kept: () => {
        if (!asked.signal.aborted) for (const record of waiting) this.#show(record);
      },
      over: asked.signal,
    };
  }

  #repeat(why: string): void {
    this.giveUp();
    this.#pending = [];
    this.#emit({ type: 'progress', message: `${why}: the guarded steps were rolled back; now one by one, with a login after each` });
  }

  #reverted(index: number, why: string | null): void {
    this.giveUp();
    this.#pending = [];
    const record = this.#records.get(index);
    if (record === undefined) return;
    record.outcome = 'reverted';
    record.detail = why;
    this.#shown.delete(index);
    this.#show(record);
  }

  #show(record: StepRecord): void {
    if (this.#shown.has(record.index)) return;
    this.#shown.add(record.index);
    this.#emit({
      type: 'step', index: record.index, total: this.#steps.length, rule: hintOf(this.#steps[record.index - 1] as Step), outcome: record.outcome, seconds: record.seconds,
      ...(record.outcome === 'ok' ? {} : { detail: record.detail ?? `exit ${record.exit}` }),
    });
  }
}

/** After this time the machine ends a step. */
export const stepSeconds = 1200;

function readEnd(pass: number, index: number, step: Step, fields: readonly string[]): StepRecord {
  const [exitText = '', begun = '', duration = '', ...changed] = fields;
  const exit = Number(exitText);
  if (![exitText, begun, duration].every((field) => /^\d+$/.test(field))) throw new TargetError('harden-runner', `the hardening runner says nothing sensible of step ${index}: ${fields.join(' ')}`);
  return {
    pass, index, rules: step.rules, kind: step.kind, family: step.family ?? null, source: step.source,
    started: new Date(Number(begun)).toISOString(), seconds: Number(duration) / 1000, exit,
    outcome: exit === 0 ? 'ok' : 'failed', changed: changed.filter((path) => path !== ''), output: '',
    detail: exit === 124 ? `no end after ${stepSeconds} s` : null,
  };
}
