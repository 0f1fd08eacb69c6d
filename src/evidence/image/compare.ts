import { EvidenceError } from '../../errors.ts';
import type { Verification } from '../verify/index.ts';
import { expectedIn, runRecordPath } from './expected.ts';

/** SHA-256 (hex) of the files asked for, by path in the image; what is not there, or no plain file, is left out. */
export type DigestsIn = (paths: readonly string[]) => Promise<ReadonlyMap<string, string>>;

export interface ImageComparison {
  /** Where it was looked. */
  place: string;
  /** Files that are as the evidence says. */
  equal: string[];
  /** Files under /etc/cupel that are not: an operator may edit them. */
  edited: string[];
}

/**
 * Holds the files of a machine against its verified evidence.
 * @throws EvidenceError `image-unmarked`, `image-run`, `image-differs`
 */
export async function assertSameImage(verification: Verification, place: string, digestsIn: DigestsIn): Promise<ImageComparison> {
  const { fixed, editable } = expectedIn(verification);
  const found = await digestsIn([...fixed.keys(), ...editable.keys()]);
  const { target, run } = verification.appraisal.verdict;
  const record = found.get(runRecordPath);
  if (record === undefined) throw new EvidenceError('image-unmarked', `${place}: has no ${runRecordPath}: it was not built by Cupel, or that was removed`, { subject: place });
  if (record !== fixed.get(runRecordPath)) throw new EvidenceError('image-run', `${place}: is of another image or run than ${target}, ${run}`, { subject: place });
  const differing = [...fixed].filter(([path, sha256]) => found.get(path) !== sha256).map(([path]) => `${path}${found.has(path) ? '' : ' (missing)'}`);
  if (differing.length > 0) throw new EvidenceError('image-differs', `${place}: not as the evidence says: ${differing.join(', ')}`, { subject: place });
  const isEqual = ([path, sha256]: [string, string]): boolean => found.get(path) === sha256;
  return {
    place,
    equal: [...fixed.keys(), ...[...editable].filter(isEqual).map(([path]) => path)],
    edited: [...editable].filter((entry) => !isEqual(entry)).map(([path]) => path),
  };
}
