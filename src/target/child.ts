import { existsSync } from 'node:fs';
import { platform } from 'node:os';

const setpriv = '/usr/bin/setpriv';
const hasSetpriv = platform() === 'linux' && existsSync(setpriv);

/**
 * Makes a child die with this process, even when this process is killed with SIGKILL,
 * so that no ssh is left behind. On hosts without setpriv(1) the child's closed stdin has to do.
 */
export function boundToParent(file: string, args: readonly string[]): [string, string[]] {
  return hasSetpriv ? [setpriv, ['--pdeathsig', 'TERM', '--', file, ...args]] : [file, [...args]];
}
