import type { BaselineDocument } from './document.ts';
import type { Problem } from './problem.ts';

const day = 86_400_000;

/**
 * Ignore entries whose approval cannot be: evidence with one is refused when it is sealed, so it is
 * said before anything is built. As there, one of the day after is none of the future: it may be by
 * the calendar of somewhere else.
 * @param asOf the moment by which entries are held against the calendar
 */
export function checkApprovals(document: BaselineDocument, asOf: Date): Problem[] {
  return document.ignore.flatMap(({ value: { rule, approved, expires }, file, line, column }): Problem[] => {
    if (approved === undefined) return [];
    if (approved > expires) {
      return [{
        file, line, column, code: 'ignore-approved-after-expiry', what: `ignoring ${rule} was approved on ${approved}, after it expired on ${expires}`,
        remedy: 'correct one of the two dates',
      }];
    }
    if (Date.parse(`${approved}T00:00:00Z`) <= asOf.getTime() + day) return [];
    return [{
      file, line, column, code: 'ignore-approved-later', what: `ignoring ${rule} is approved on ${approved}, later than ${asOf.toISOString().slice(0, 10)}`,
      remedy: 'give the day on which it was accepted, or take the entry out until then',
    }];
  });
}
