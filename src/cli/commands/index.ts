/** Every command, in the order `cupel --help` shows them. One file each. */
import type { CupelCommand } from '../command.ts';

export const commands: readonly CupelCommand[] = [];
