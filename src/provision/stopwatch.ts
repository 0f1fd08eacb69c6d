/** Where the time goes, in seconds. `own` is what is neither oscap, packages, a fix, nor the machine's reboot. */
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
  readonly #began = performance.now();
  readonly #spent: Record<Kind, number> = { oscap: 0, packages: 0, fixes: 0, reboot: 0 };

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
