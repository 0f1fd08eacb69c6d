/** Turns events into what a person, or a program, reads while it runs. */
import type { Emit } from '../../events.ts';
import type { Io } from '../io.ts';
import { systemClock, type Clock } from './clock.ts';
import { jsonDisplay } from './json.ts';
import { liveDisplay } from './live.ts';
import { plainDisplay } from './plain.ts';

export type { Clock } from './clock.ts';

/** `plain`: whole lines, for Packer and CI logs. `live`: the same with a status line below. `json`: one event per line. */
export type DisplayKind = 'plain' | 'live' | 'json';

export interface Display {
  emit: Emit;
  /** Stops timers and clears the status line; to be called once at least, more often does no harm. */
  close(): void;
}

export type DisplayIo = Pick<Io, 'out' | 'note'>;

/** @param io lines for a person go to `note` (stderr), events for a program to `out` (stdout) */
export function createDisplay(kind: DisplayKind, io: DisplayIo, clock: Clock = systemClock): Display {
  switch (kind) {
    case 'plain': return plainDisplay(io, clock);
    case 'live': return liveDisplay(io, clock);
    case 'json': return jsonDisplay(io);
  }
}
