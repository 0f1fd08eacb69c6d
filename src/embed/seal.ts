import { TargetError } from '../errors.ts';
import { spaceOr, type Target, uploadFiles } from '../target/index.ts';

/** What the image was, read-only inside it. */
export const buildDirectory = '/usr/share/cupel/build';

export interface BuildRecord {
  /** File name → content: `verdict.json`, `remediation.sh`, `baseline.lock.yaml`, `tailoring.xml`, `run.json`. */
  files: Readonly<Record<string, string>>;
  /** Path of the compressed final ARF on the target; it becomes `arf.xml.gz`. */
  remoteArf: string;
}

/**
 * Puts the build's record into the image and then, as the last act, removes what the build left behind.
 * @param hygiene the text of provisioners/seal/hygiene.sh
 * @throws TargetError `seal-failed`, `hygiene-failed`, `target-disk-full`
 */
export async function sealImage(target: Target, record: BuildRecord, hygiene: string, workDirectory: string): Promise<void> {
  await uploadFiles(target, buildDirectory, Object.fromEntries(Object.entries(record.files).map(([name, text]) => [name, { content: text, mode: name.endsWith('.sh') ? 0o555 : 0o444 }])));
  const placed = await target.run('set -eu; cp "$2" "$1/arf.xml.gz"; chown -R root:root "$1"; chmod 0444 "$1/arf.xml.gz"; chmod 0755 "$(dirname "$1")" "$1"; sync', { args: [buildDirectory, record.remoteArf] });
  if (placed.exitCode !== 0) throw spaceOr('seal-failed', `${target.name}: the evidence could not be put into the image`, placed.stderr);
  const cleaned = await target.run(hygiene, { args: [workDirectory], timeoutSeconds: 900 });
  if (cleaned.exitCode !== 0) throw new TargetError('hygiene-failed', `${target.name}: what the build left behind could not be removed: ${cleaned.stderr.trim()}`);
}
