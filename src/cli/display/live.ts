import type { CupelEvent, Stage } from '../../events.ts';
import { oneLine } from '../one-line.ts';
import { redact } from '../redact.ts';
import type { Clock } from './clock.ts';
import type { Display, DisplayIo } from './index.ts';
import { elapsed, lineOf } from './lines.ts';

/** Back to the status line, which is the last one, and clear it. */
const erase = '\u001b[1A\u001b[2K\r';
/** The status line must stay one line in a narrow terminal: automatic wrapping off, then on again. */
const unwrapped = (line: string): string => `\u001b[?7l${line}\u001b[?7h`;

/** Lines scroll by; below them one status line: stage, its time, the whole time, what is being done. */
export function liveDisplay(io: DisplayIo, clock: Clock): Display {
  const start = clock.now();
  let stage: Stage | undefined;
  let stageStart = start;
  let doing = '';
  let painted = false;
  let closed = false;

  const status = (): string => {
    const inStage = stage === undefined ? 'starting' : `${stage} ${elapsed(clock.now() - stageStart)}`;
    return unwrapped(`  ${inStage} · total ${elapsed(clock.now() - start)}${doing === '' ? '' : ` · ${doing}`}`);
  };
  const paint = (line?: string): void => {
    io.note(`${painted ? erase : ''}${line === undefined ? '' : `${redact(line)}\n`}${redact(status())}`);
    painted = true;
  };
  const follow = (event: CupelEvent): void => {
    if (event.type === 'stage' && event.state === 'start') {
      stage = event.stage;
      stageStart = clock.now();
      doing = '';
    }
    if (event.type === 'progress' || event.type === 'status') doing = oneLine(event.message);
    if (event.type === 'step') doing = `${event.index} of ${event.total}`;
  };
  const stop = clock.every(1000, () => { paint(); });

  return {
    emit: (event) => {
      if (closed) return;
      follow(event);
      // Progress is what the status line is for; everything else stays on the screen.
      paint(event.type === 'progress' || event.type === 'status' ? undefined : lineOf(event, clock.now() - start));
    },
    close: () => {
      if (closed) return;
      closed = true;
      stop();
      // `note` ends what it is given with a line break: up twice, so that no empty line stays.
      if (painted) io.note(`${erase}\u001b[1A`);
    },
  };
}
