/** What the stages emit; only `cli/` turns these into lines. */
export const stages = [
  'connect', 'preflight', 'content', 'assay-before', 'harden', 'embed', 'reboot', 'assay-final', 'gate', 'seal', 'evidence',
] as const;
export type Stage = (typeof stages)[number];

export type CupelEvent =
  | { type: 'stage'; stage: Stage; state: 'start' }
  | { type: 'stage'; stage: Stage; state: 'end'; seconds: number; detail?: string }
  | { type: 'step'; index: number; total: number; rule: string; outcome: StepOutcome; seconds: number; detail?: string }
  | { type: 'progress'; message: string }
  /** How far the running work is; worth a line only when nothing else was said for a while. */
  | { type: 'status'; message: string }
  | { type: 'warning'; message: string };

/** What became of one fix. `reverted`: it locked the builder out and was rolled back. */
export type StepOutcome = 'ok' | 'failed' | 'reverted';

export type Emit = (event: CupelEvent) => void;
