import { UsageError } from '../../errors.ts';

/**
 * The id of an image, in the one form that bindings and stores know: `ami-…`, `projects/P/global/images/NAME`, or
 * `sha256:` and the digest of a disk file.
 * @param text one of these, a link to a GCP image, or the name of one
 * @param project GCP project of a mere name
 * @throws UsageError `image-id`
 */
export function imageIdOf(text: string, project?: string): string {
  const id = text.replace(/^https:\/\/(?:www|compute)\.googleapis\.com\/compute\/[a-z0-9]+\//, '');
  if (keyOf(id) !== undefined) return id;
  const named = `projects/${project ?? ''}/global/images/${id}`;
  if (project !== undefined && keyOf(named) !== undefined) return named;
  throw new UsageError('image-id', `"${text}" is not the id of an image`, {
    remedy: 'give ami-…, projects/PROJECT/global/images/NAME, the name of a GCP image with --project, sha256:DIGEST, or the path of a disk file',
  });
}

/** Where the pointer of an image is kept. @throws UsageError `image-id` */
export function imageKey(imageId: string): string {
  const key = keyOf(imageId);
  if (key === undefined) throw new UsageError('image-id', `"${imageId}" is not the id of an image`);
  return `images/${key}.json`;
}

function keyOf(id: string): string | undefined {
  if (/^ami-[0-9a-f]{8,17}$/.test(id)) return `aws/${id}`;
  const disk = /^sha256:([0-9a-f]{64})$/.exec(id)?.[1];
  if (disk !== undefined) return `disk/${disk}`;
  // Domain-scoped projects have a colon and dots: example.com:images.
  const [, project, name] = /^projects\/((?:[a-z][a-z0-9.-]{0,61}:)?[a-z][a-z0-9-]{4,28}[a-z0-9])\/global\/images\/([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)$/.exec(id) ?? [];
  return project === undefined || name === undefined ? undefined : `gcp/${project.replace(':', '_')}/${name}`;
}
