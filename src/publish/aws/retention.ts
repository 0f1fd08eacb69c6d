import { type ImageFacts, tag } from './facts.ts';

export interface RetentionPolicy {
  /** How many of the newest published images of a line to keep. */
  keep: number;
  /** Images younger than that are kept all the same. */
  minimumAgeDays: number;
}

/**
 * Which images of one line (name, region) may go: published by Cupel, beyond the newest `keep`, old enough and in
 * no use. The newest published image is never among them, whatever the policy says, nor is one that Cupel did not publish.
 * @param line every image of the line
 * @param used ids of images that instances or launch templates refer to
 */
export function retirable(line: readonly ImageFacts[], used: ReadonlySet<string>, policy: RetentionPolicy, now: Date): ImageFacts[] {
  const published = line
    .filter((image) => image.tags[tag.state] === 'published')
    .sort((a, b) => Date.parse(b.created) - Date.parse(a.created) || (a.id < b.id ? -1 : 1));
  return published
    .slice(Math.max(1, policy.keep))
    .filter((image) => !used.has(image.id) && now.getTime() - Date.parse(image.created) >= policy.minimumAgeDays * 86_400_000);
}
