import type { CupelEvent, Stage } from '../../events.ts';
import { oneLine } from '../one-line.ts';

/** `45s`, `2m 05s`, `1h 02m`: elapsed time, to the second. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`;
}

/** `0.4s` below a minute, then as `elapsed`. */
export function took(seconds: number): string {
  return seconds < 59.95 ? `${seconds.toFixed(1)}s` : elapsed(seconds * 1000);
}

/**
 * The line of an event, whole and without cursor codes: what a machine said may hold carriage
 * returns, and Packer drops what stands before the last one.
 */
export function lineOf(event: CupelEvent, sinceStart: number): string {
  switch (event.type) {
    case 'stage':
      return event.state === 'start'
        ? `==> ${event.stage} (${elapsed(sinceStart)})`
        : `    ${event.stage} done in ${took(event.seconds)}${detail(event.detail)}`;
    case 'step': {
      const width = String(event.total).length;
      return `    [${String(event.index).padStart(width)}/${event.total}] ${oneLine(event.rule)} ${event.outcome} ${took(event.seconds)}${detail(event.detail)}`;
    }
    case 'status':
    case 'progress':
      return `    ${oneLine(event.message)}`;
    case 'warning':
      return `    warning: ${oneLine(event.message)}`;
  }
}

export function stillIn(stage: Stage | undefined, inStage: number, status: string): string {
  return `    … ${stage ?? 'starting'}: ${elapsed(inStage)}${status === '' ? '' : `, ${oneLine(status)}`}`;
}

function detail(text: string | undefined): string {
  return text === undefined || text === '' ? '' : `: ${oneLine(text)}`;
}
