import type { CupelCommand } from '../command.ts';
import { compareNessusCommand } from './compare-nessus.ts';

export const compareCommand: CupelCommand = {
  command: 'compare',
  describe: 'hold what another scanner found against an assay',
  subcommands: [compareNessusCommand],
};
