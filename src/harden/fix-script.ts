import { ConfigurationError } from '../errors.ts';

const begin = /^# BEGIN fix \((\d+) \/ (\d+)\) for '([^']+)'$/;
const frame = /^#{20,}$|^\(>&2 echo "Remediating rule \d+\/\d+: '[^']+'"\)(?:; \()?$/;
const missing = /FIX FOR THIS RULE '[^']+' IS MISSING!/;

/**
 * Cuts the bash script of `oscap xccdf generate fix` into one fix per rule.
 * @param script its output; the markers are those OpenSCAP 1.3 and 1.4 write
 * @returns full rule id → fix text, in benchmark order; rules for which the content holds no fix are left out
 * @throws ConfigurationError `fix-script-broken` when the script is cut short or not of this form
 */
export function cutFixScript(script: string): Map<string, string> {
  const lines = script.split('\n');
  const fixes = new Map<string, string>();
  let announced = 0;
  let seen = 0;
  for (let at = 0; at < lines.length; at++) {
    const match = begin.exec(lines[at] ?? '');
    if (match === null) continue;
    const id = match[3] as string;
    announced = Number(match[2]);
    // 1.4 puts each fix into a subshell: `(` ends its first line, and `)` stands before its end mark.
    const end = lines.findIndex((line, index) => index > at && (line === `# END fix for '${id}'` || line === `) # END fix for '${id}'`));
    if (end === -1) throw broken(`the fix for ${id} has no end`);
    seen++;
    // Only the frame around the fix goes: a `#` line further down may be part of a file that the fix writes.
    let first = at + 1;
    while (first < end && frame.test(lines[first] ?? '')) first++;
    const text = lines.slice(first, end).join('\n').trim();
    if (text !== '' && !missing.test(text)) fixes.set(id, `${text}\n`);
    at = end;
  }
  if (seen === 0 || seen !== announced) throw broken(`it announces ${announced} fixes and holds ${seen}`);
  return fixes;
}

function broken(why: string): ConfigurationError {
  return new ConfigurationError('fix-script-broken', `oscap's fix script cannot be cut into rules: ${why}`);
}
