import type { Stage } from '../../events.ts';
import { redact } from '../redact.ts';
import type { Clock } from './clock.ts';
import type { Display, DisplayIo } from './index.ts';
import { lineOf, stillIn } from './lines.ts';

/** Silence after which a line says that the work goes on. */
const silence = 15_000;

/** Whole lines. When nothing was said for 15 seconds, one line with the stage and how long it takes already. */
export function plainDisplay(io: DisplayIo, clock: Clock): Display {
  const start = clock.now();
  let stage: Stage | undefined;
  let stageStart = start;
  let status = '';
  let lastLine = start;
  const say = (line: string): void => {
    io.note(redact(line));
    lastLine = clock.now();
  };
  const stop = clock.every(1000, () => {
    if (clock.now() - lastLine >= silence) say(stillIn(stage, clock.now() - stageStart, status));
  });
  return {
    emit: (event) => {
      status = event.type === 'status' ? event.message : '';
      if (event.type === 'status') return;
      if (event.type === 'stage' && event.state === 'start') {
        stage = event.stage;
        stageStart = clock.now();
      }
      say(lineOf(event, clock.now() - start));
    },
    close: stop,
  };
}
