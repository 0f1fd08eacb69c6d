import { createHash } from 'node:crypto';
import type { Baseline } from './model.ts';

/**
 * SHA-256 (hex) of what a baseline says. Neither the day it was read (an expired entry is still part
 * of it) nor the paths of its files change it.
 */
export function digestOf(baseline: Omit<Baseline, 'sha256'> & { sha256?: string }): string {
  const entries = [...baseline.ignore, ...baseline.expired].sort((a, b) => (a.rule < b.rule ? -1 : 1))
    .map((entry) => ({ ...entry, source: undefined }));
  const meaning = { ...baseline, ignore: entries, expired: undefined, sources: undefined, sha256: undefined };
  return createHash('sha256').update(canonicalJson(meaning)).digest('hex');
}

/** JSON with sorted keys and nothing undefined: one text for one meaning. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    (typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).filter(([, held]) => held !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner));
}
