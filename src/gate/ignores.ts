import type { Baseline, IgnoreEntry } from '../baseline/model.ts';

export interface Ignores {
  /** In force at the time of judging, by short rule id. */
  active: ReadonlyMap<string, IgnoreEntry>;
  /** No longer in force: their rules count again. */
  expired: ReadonlyMap<string, IgnoreEntry>;
}

/**
 * Sorts the ignore list by the gate's own date: a baseline resolved (and locked) last month
 * may hold entries that expired since.
 */
export function ignoresAt(baseline: Pick<Baseline, 'ignore' | 'expired'>, asOf: Date): Ignores {
  const active = new Map<string, IgnoreEntry>();
  const expired = new Map<string, IgnoreEntry>();
  for (const entry of baseline.expired) expired.set(entry.rule, entry);
  for (const entry of baseline.ignore) (isInForce(entry, asOf) ? active : expired).set(entry.rule, entry);
  return { active, expired };
}

/** An entry holds until the end of its day, UTC. A date that cannot be read has no such day, so it never holds. */
function isInForce(entry: IgnoreEntry, asOf: Date): boolean {
  return asOf.getTime() < Date.parse(`${entry.expires}T00:00:00Z`) + 86_400_000;
}
