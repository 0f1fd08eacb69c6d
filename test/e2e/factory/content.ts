import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { CUPEL, REPOSITORY } from './paths.ts';

let fetched: Promise<string> | undefined;

/** Path of the real SCAP content for Debian 12, fetched into the project's cache once. */
export function scapContent(): Promise<string> {
  fetched ??= execa('node', [CUPEL, 'content', 'fetch', 'debian12', '--json', '--cache', path.join(REPOSITORY, '.cache')])
    .then(({ stdout }) => (JSON.parse(stdout) as { path: string }).path);
  return fetched;
}

/**
 * A copy of the content in which one rule's shell fix is another script.
 * @param rule short rule id
 */
export async function contentWithFix(directory: string, rule: string, script: string): Promise<string> {
  const original = await scapContent();
  const text = readFileSync(original, 'utf8');
  const start = text.search(new RegExp(`<[\\w.-]+:Rule [^>]*id="xccdf_org\\.ssgproject\\.content_rule_${rule}"`));
  if (start === -1) throw new Error(`the content has no rule ${rule}`);
  const end = text.indexOf(':Rule>', start);
  const fix = /(<([\w.-]+:fix) [^>]*system="urn:xccdf:fix:script:sh"[^>]*>)[^]*?(<\/\2>)/.exec(text.slice(start, end));
  if (fix === null) throw new Error(`${rule} has no shell fix`);
  const escaped = script.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const at = start + fix.index;
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, path.basename(original));
  writeFileSync(file, text.slice(0, at) + (fix[1] ?? '') + escaped + (fix[3] ?? '') + text.slice(at + fix[0].length));
  return file;
}
