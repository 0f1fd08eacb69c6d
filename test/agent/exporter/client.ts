import type { Connection } from '../../../src/agent/exporter/serve.ts';

/** A client of a script, with a clock of its own; `sent` is what it was answered, `elapsed` how long it was listened to. */
export class ScriptedClient implements Connection {
  sent = '';
  elapsed = 0;
  readonly #acts: (string | number)[];
  #closes: boolean;

  /** @param hangsUp whether it closes when its script is over; otherwise it stays, silent */
  constructor(acts: readonly (string | number)[], hangsUp = false) {
    this.#acts = [...acts];
    this.#closes = hangsUp;
  }

  monotonic(): number {
    return this.elapsed;
  }

  write(...texts: string[]): void {
    this.sent += texts.join('');
  }

  readonly byteLength = (text: string): number => Buffer.byteLength(text);

  receive(milliseconds: number): string | undefined {
    const act = this.#acts.shift();
    if (typeof act === 'string') return act;
    if (act === undefined && this.#closes) return '';
    const silent = act ?? Infinity;
    if (silent < milliseconds) {
      this.elapsed += silent;
      return this.receive(milliseconds - silent);
    }
    this.elapsed += milliseconds;
    if (silent - milliseconds > 0 && act !== undefined) this.#acts.unshift(silent - milliseconds);
    return undefined;
  }
}
