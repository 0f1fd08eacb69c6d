import * as z from 'zod';
import { shortId } from '../../content/model.ts';
import { EvidenceError } from '../../errors.ts';
import { cutFixScript } from '../../harden/fix-script.ts';
import type { Fix } from '../../harden/plan.ts';
import { isSystemError, type Platform } from '../platform/index.ts';
import { parseJson } from './json.ts';
import type { Places } from './places.ts';
import type { Subject } from './subject.ts';

const limit = 64 * 1024 * 1024;
const valuesShape = z.record(z.string(), z.string());

/**
 * The content's fixes for the profile, taken out by oscap itself, with ours in place of those they replace.
 * @param work a folder for what oscap writes
 * @returns short rule id → fix
 * @throws EvidenceError `oscap-failed`; ConfigurationError `fix-script-broken`
 */
export function gatherFixes(platform: Platform, places: Places, subject: Subject, work: string): Map<string, Fix> {
  const script = `${work}/fixes.sh`;
  const { exitCode, stderr } = platform.run([
    'nice', '-n', '10', 'oscap', 'xccdf', 'generate', 'fix', '--fix-type', 'bash', '--profile', subject.baseline.tailoredProfile,
    '--tailoring-file', places.tailoring, '--output', script, subject.content.path,
  ]);
  if (exitCode !== 0) {
    const words = stderr.trim().split('\n').slice(-3).join('; ');
    throw new EvidenceError('oscap-failed', `oscap could not take the fixes out of the content (exit ${exitCode}): ${words}`, { remedy: 'look at what oscap said; the content may be damaged' });
  }
  const fixes = new Map<string, Fix>();
  for (const [id, text] of cutFixScript(platform.files.readText(script, limit))) fixes.set(shortId(id), { text, source: 'content' });
  platform.files.remove(script);
  for (const [rule, text] of ownFixes(platform, places)) fixes.set(rule, { text, source: 'cupel' });
  return fixes;
}

function ownFixes({ files }: Platform, places: Places): [string, string][] {
  const folder = `${places.programs}/fixes`;
  return files.list(folder).filter((name) => name.endsWith('.sh')).map((name) => [name.slice(0, -3), files.readText(`${folder}/${name}`, limit)]);
}

/**
 * Every XCCDF value of the profile, by short id, as the image was built with: our own fixes go by them.
 * @throws EvidenceError `fix-values-broken`: without them a fix would set what nobody asked for
 */
export function readValues({ files }: Platform, places: Places): Record<string, string> {
  const path = `${places.programs}/fixes/values.json`;
  const broken = (what: string): EvidenceError =>
    new EvidenceError('fix-values-broken', `${path}: ${what}`, { subject: path, remedy: 'the image is damaged: launch the machine anew from its image' });
  try {
    const values = parseJson(files.readText(path, limit), valuesShape);
    if (values === undefined) throw broken('is not JSON with a text for each value');
    return values;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return {};
    throw isSystemError(error) ? broken(`cannot be read (${error.code})`) : error;
  }
}
