import { closestMatch } from 'leven';

/** The known name nearest to a wrong one, when it is near enough that a slip explains it. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  return closestMatch(name, [...known], { maxDistance: Math.max(2, Math.floor(name.length / 3)) });
}
