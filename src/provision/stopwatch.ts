/**
 * Where the time goes, in seconds. `own` is what is neither oscap, packages, a fix, nor the machine's reboot.
 * The first three are as the machine timed the programs themselves: starting them, waiting for word of them and
 * fetching what they made is ours.
 */
export interface Timing {
  oscap: number;
  packages: number;
  fixes: number;
  reboot: number;
  own: number;
  total: number;
}

type Kind = Exclude<keyof Timing, 'own' | 'total'>;

/** Adds up the time of the work that is not ours. */
export class Stopwatch {
  readonly #began: number;
  readonly #spent: Record<Kind, number> = { oscap: 0, packages: 0, fixes: 0, reboot: 0 };

  /** @param began when it began, in milliseconds since this process did */
  constructor(began = performance.now()) {
    this.#began = began;
  }

  add(kind: Kind, seconds: number): void {
    this.#spent[kind] += seconds;
  }

  async during<T>(kind: Kind, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.add(kind, (performance.now() - began) / 1000);
    }
  }

  timing(): Timing {
    const total = (performance.now() - this.#began) / 1000;
    const others = Object.values(this.#spent).reduce((sum, seconds) => sum + seconds, 0);
    return { ...this.#spent, own: Math.max(0, total - others), total };
  }
}
