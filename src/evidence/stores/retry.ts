import { setTimeout as pause } from 'node:timers/promises';
import { EvidenceError } from '../../errors.ts';
import { Trouble } from './objects.ts';

/** How long to put up with a place that fails. */
export interface Patience {
  /** Attempts that get nowhere before giving up. */
  attempts: number;
  /** Milliseconds before the second attempt; twice as long before each further one. */
  pause: number;
  /** Milliseconds without a single byte after which a connection counts as dead. */
  idle: number;
}

export const patient: Patience = { attempts: 5, pause: 500, idle: 30_000 };

/**
 * Does `work` again while it meets trouble.
 * @param bytes that it moves: what is large may take longer, down to 16 kB/s
 * @throws EvidenceError `store-unreachable`, and whatever else it throws at once
 */
export async function retried<T>(what: string, patience: Patience, bytes: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  for (let failed = 1; ; failed += 1) {
    try {
      return await unlessIdle(patience.idle + bytes / 16, work);
    } catch (error) {
      await orGiveUp(error, what, failed, patience);
    }
  }
}

/** Waits before the next attempt; rethrows what another attempt would not mend. */
export async function orGiveUp(error: unknown, what: string, failed: number, patience: Patience): Promise<void> {
  if (!(error instanceof Trouble)) throw error;
  if (failed >= patience.attempts) throw new EvidenceError('store-unreachable', `${what}: ${error.message}, ${failed} times in a row`, { cause: error });
  await pause(Math.min(patience.pause * 2 ** (failed - 1), 30_000));
}

/** Ends `work` through its signal when it takes longer than `idle` milliseconds. @throws Trouble */
export async function unlessIdle<T>(idle: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let watch: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_resolve, reject) => {
    watch = setTimeout(() => {
      reject(new Trouble(`no answer within ${idle / 1000} s`));
      controller.abort();
    }, idle);
  });
  try {
    return await Promise.race([work(controller.signal), stalled]);
  } finally {
    clearTimeout(watch);
  }
}
