import { holdsOn } from './ignore-list.ts';
import type { BaselineDocument } from './document.ts';
import type { IgnoreEntry } from './model.ts';

export interface ExpiringEntry {
  entry: IgnoreEntry;
  /** Whole days it still holds; negative when it has expired. */
  days: number;
}

const day = 86_400_000;

/** Ignore entries that do not hold `within` days from now, the expired ones included, soonest first. */
export function expiringEntries(document: BaselineDocument, within: number, asOf: Date): ExpiringEntry[] {
  const limit = new Date(asOf.getTime() + within * day);
  return document.ignore.map(({ value }) => value)
    .filter(({ expires }) => !holdsOn(expires, limit))
    .map((entry) => ({ entry, days: Math.floor((Date.parse(`${entry.expires}T00:00:00Z`) - startOfDay(asOf)) / day) }))
    .sort((a, b) => a.days - b.days || (a.entry.rule < b.entry.rule ? -1 : 1));
}

const startOfDay = (date: Date): number => Math.floor(date.getTime() / day) * day;
