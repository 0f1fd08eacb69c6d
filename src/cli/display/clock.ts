/** Time as the displays need it, so that tests need not wait. */
export interface Clock {
  /** Milliseconds; only differences mean something. */
  now(): number;
  /** Calls back every so many milliseconds, without keeping the process alive. @returns how to stop it */
  every(milliseconds: number, tick: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  every: (milliseconds, tick) => {
    const timer = setInterval(tick, milliseconds);
    timer.unref();
    return () => { clearInterval(timer); };
  },
};
