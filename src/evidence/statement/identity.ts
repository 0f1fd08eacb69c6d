import { createHash } from 'node:crypto';

/**
 * The first subject of a statement. The image has no id while its builder runs, so it is known by the
 * record in it (`/usr/share/cupel/build/run.json`), whose bytes follow from image, run and baseline.
 */
export function runRecord(image: string, run: string, baseline: string): string {
  return `${JSON.stringify({ image, run, baseline }, null, 2)}\n`;
}

export function identityDigest(image: string, run: string, baseline: string): string {
  return createHash('sha256').update(runRecord(image, run, baseline)).digest('hex');
}
