import { basename } from 'node:path';
import { type Baseline, renderIgnoreList } from '../baseline/index.ts';
import { TargetError } from '../errors.ts';
import { spaceOr, type Target, uploadFiles } from '../target/index.ts';

/** What the image is scanned with after launch: the slim data stream and its tailoring, read-only. */
export const contentDirectory = '/usr/share/cupel/content';
/** What the operator may edit. */
export const configDirectory = '/etc/cupel';

/** Where the data stream of a product is in the image; the tailoring refers to it by this path. */
export const contentPath = (product: string): string => `${contentDirectory}/ssg-${product}-ds.xml`;
export const tailoringPath = `${contentDirectory}/tailoring.xml`;

export interface ImageContent {
  product: string;
  /** The slim data stream. */
  dataStream: Uint8Array;
  tailoring: string;
  /** The text of `baseline.lock.yaml`. */
  lock: string;
  /** The baseline's ignore entries as a plain-text list. */
  ignoreList: string;
}

/** The baseline's ignore entries as the list that goes into the image. */
export function imageIgnoreList(baseline: Pick<Baseline, 'name' | 'ignore'>): string {
  return renderIgnoreList(baseline.ignore, `The ignored rules of baseline ${baseline.name}; put a list of your own into a file beside this one`);
}

/**
 * Puts into the image what it is scanned and judged with: data stream and tailoring into `/usr/share/cupel/content/`,
 * `baseline.lock.yaml` and `ignore.d/baseline.txt` into `/etc/cupel/`. What an image that this one is built on has left
 * there goes first: what ships is what this baseline says.
 * @param root a root file system to put it into; empty for the target itself
 * @throws TargetError `embed-failed`, `upload-failed`, `target-disk-full`
 */
export async function embedContent(target: Target, content: ImageContent, root = ''): Promise<void> {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(content.product)) throw new TargetError('embed-failed', `"${content.product}" cannot name a data stream in the image`);
  const ignoreDirectory = `${configDirectory}/ignore.d`;
  const prepared = await target.run('set -eu; rm -rf "$2" "$4"; for directory in "$@"; do mkdir -p "$directory"; chown root:root "$directory"; chmod 0755 "$directory"; done', {
    args: [contentDirectory.slice(0, contentDirectory.lastIndexOf('/')), contentDirectory, configDirectory, ignoreDirectory].map((directory) => `${root}${directory}`),
  });
  if (prepared.exitCode !== 0) throw spaceOr('embed-failed', `${target.name}: there is no place for the content in the image`, prepared.stderr);
  await uploadFiles(target, `${root}${contentDirectory}`, {
    [basename(contentPath(content.product))]: { content: content.dataStream, mode: 0o444 },
    [basename(tailoringPath)]: { content: content.tailoring, mode: 0o444 },
  });
  await uploadFiles(target, `${root}${configDirectory}`, {
    'baseline.lock.yaml': { content: content.lock, mode: 0o644 },
    'ignore.d/baseline.txt': { content: content.ignoreList, mode: 0o644 },
  });
}
