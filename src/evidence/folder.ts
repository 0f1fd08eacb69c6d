import { ConfigurationError } from '../errors.ts';

/** The name of an image: it also names files, and stands in statements. */
export const imageName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
export const imageNameRule = 'letters, digits, dot, underscore and hyphen only, at most 128, not starting with a dot or hyphen';

/** What became of the build. Only `accepted` evidence stands under the image's plain name. */
export type EvidenceOutcome = 'accepted' | 'refused' | 'failed';

/**
 * Name of the directory: `<image>-<run>`, with `.refused` or `.failed` behind it when there is no
 * image that it could speak for, so that no glob and no eye takes it for a good one.
 * @throws ConfigurationError `image-name`, `run-name`
 */
export function evidenceFolder(image: string, run: string, outcome: EvidenceOutcome): string {
  if (!imageName.test(image)) {
    throw new ConfigurationError('image-name', `"${image}" cannot name an image`, { remedy: imageNameRule });
  }
  if (!/^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/.test(run)) {
    throw new ConfigurationError('run-name', `"${run}" cannot name a run`, { remedy: 'use a UUID' });
  }
  return outcome === 'accepted' ? `${image}-${run}` : `${image}-${run}.${outcome}`;
}
