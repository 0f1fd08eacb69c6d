import type { CupelCommand } from '../command.ts';
import { diffCommand } from './baseline-diff.ts';
import { expiringCommand } from './baseline-expiring.ts';
import { explainCommand } from './baseline-explain.ts';
import { lintCommand } from './baseline-lint.ts';
import { listCommand } from './baseline-list.ts';
import { showCommand } from './baseline-show.ts';

export const baselineCommand: CupelCommand = {
  command: 'baseline',
  describe: 'what there is, what is wrong with it, why a rule is ignored',
  subcommands: [listCommand, showCommand, lintCommand, explainCommand, diffCommand, expiringCommand],
};
