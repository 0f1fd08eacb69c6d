import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { cutFixScript } from '../../src/harden/index.ts';
import { shortId } from '../../src/content/index.ts';

/** `oscap xccdf generate fix --fix-type bash --profile cis_level1_server` of OpenSCAP 1.3.7 over ssg-debian12-ds.xml 0.1.82, whole. */
export const realScript = gunzipSync(readFileSync(join(import.meta.dirname, 'fixtures/debian12-cis-l1-fixes.sh.gz'))).toString();

/** Its fixes by short rule id. */
export const realFixes = new Map([...cutFixScript(realScript)].map(([id, text]) => [shortId(id), text]));

export function realFix(rule: string): string {
  const text = realFixes.get(rule);
  if (text === undefined) throw new Error(`the fixture has no fix for ${rule}`);
  return text;
}
