import { createHash } from 'node:crypto';
import type { Baseline, IgnoreEntry } from './model.ts';

/**
 * SHA-256 (hex) of what a baseline says. Neither the day it was read (an expired entry is still part
 * of it) nor the paths of its files change it.
 */
export function digestOf(baseline: Omit<Baseline, 'sha256'> & { sha256?: string }): string {
  const { ignore, expired, sources: _sources, sha256: _sha256, ...rest } = baseline;
  const entries = [...ignore, ...expired].sort((a, b) => (a.rule < b.rule ? -1 : 1)).map(withoutSource);
  return createHash('sha256').update(canonicalJson({ ...rest, ignore: entries })).digest('hex');
}

const withoutSource = ({ source: _source, ...entry }: IgnoreEntry): Omit<IgnoreEntry, 'source'> => entry;

/** JSON with sorted keys and nothing undefined: one text for one meaning. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    (typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).filter(([, held]) => held !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner));
}
