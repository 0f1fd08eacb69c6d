import type { Verdict } from './verdict.ts';

/** The bytes of `verdict.json`: two spaces, keys in the order of the contract, one newline at the end. */
export function serializeVerdict(verdict: Verdict): string {
  return `${JSON.stringify(verdict, null, 2)}\n`;
}
