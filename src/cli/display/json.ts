import { redactDeep } from '../redact-deep.ts';
import type { Display, DisplayIo } from './index.ts';

/** One event, one line, as it came. */
export function jsonDisplay(io: DisplayIo): Display {
  return {
    emit: (event) => { io.out(JSON.stringify(redactDeep(event))); },
    close: () => undefined,
  };
}

