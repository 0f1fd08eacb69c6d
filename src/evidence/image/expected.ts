import { createHash } from 'node:crypto';
import { extension } from '../statement/index.ts';
import type { Verification } from '../verify/index.ts';

/** Where the build's record and the content are in an image; as src/embed puts them there. */
const build = '/usr/share/cupel/build';
const content = '/usr/share/cupel/content';
const config = '/etc/cupel';

/** Which run an image is of. */
export const runRecordPath = `${build}/run.json`;

export interface ExpectedImage {
  /** Path in the image → SHA-256 (hex): what no one has a reason to change. */
  fixed: ReadonlyMap<string, string>;
  /** The same for what the operator may edit. */
  editable: ReadonlyMap<string, string>;
}

/** What must be in the image, told by its verified evidence alone. */
export function expectedIn({ contents, statement, appraisal }: Pick<Verification, 'contents' | 'statement' | 'appraisal'>): ExpectedImage {
  const digest = (name: string): string => createHash('sha256').update(contents.get(name) ?? Buffer.alloc(0)).digest('hex');
  const { content: { product, slim_sha256: slim } } = statement.predicate[extension];
  const fixed = new Map([[runRecordPath, statement.subject[0]?.digest.sha256 ?? '']]);
  for (const name of ['verdict.json', 'arf.xml.gz', 'baseline.lock.yaml', 'tailoring.xml', 'remediation.sh']) fixed.set(`${build}/${name}`, digest(name));
  const editable = new Map<string, string>();
  // Images of older Cupels have no content of their own.
  if (slim !== undefined) {
    fixed.set(`${content}/ssg-${product}-ds.xml`, slim);
    fixed.set(`${content}/tailoring.xml`, digest('tailoring.xml'));
    editable.set(`${config}/baseline.lock.yaml`, digest('baseline.lock.yaml'));
  }
  // What else was put there, such as the agent.
  for (const [path, sha256] of Object.entries(appraisal.environment.embedded ?? {})) (path.startsWith(`${config}/`) ? editable : fixed).set(path, sha256);
  return { fixed, editable };
}
