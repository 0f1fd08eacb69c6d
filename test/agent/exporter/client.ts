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

  write(output: string | Uint8Array): void {
    this.sent += Buffer.from(output).toString();
  }

  readonly encode = (text: string): Uint8Array => Buffer.from(text);

  readonly input: Connection['input'] = {
    terminal: false,
    read: (milliseconds) => {
      const act = this.#acts.shift();
      if (typeof act === 'string') return Buffer.from(act, 'latin1');
      if (act === undefined && this.#closes) return 'closed';
      const silent = act ?? Infinity;
      if (silent < milliseconds) {
        this.elapsed += silent;
        return this.input.read(milliseconds - silent);
      }
      this.elapsed += milliseconds;
      if (silent - milliseconds > 0 && act !== undefined) this.#acts.unshift(silent - milliseconds);
      return 'late';
    },
  };
}
