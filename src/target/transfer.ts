import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { EvidenceError, TargetError } from '../errors.ts';
import { spaceOr } from './job.ts';
import type { Target } from './target.ts';

/**
 * Puts a file on the target, compressed on the way, and proves by digest that it arrived whole.
 * Already there with the right digest: nothing is sent.
 * @param mode octal, for example `0600`
 * @throws TargetError `upload-failed`, `target-disk-full`
 */
export async function upload(target: Target, content: Uint8Array | string, remotePath: string, mode: string): Promise<void> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const digest = createHash('sha256').update(bytes).digest('hex');
  const script = String.raw`
set -eu
umask 077
mkdir -p "$(dirname "$1")"
gzip -dc >"$1.part"
echo "$3  $1.part" | sha256sum -c --status || { echo 'digest differs after the transfer' >&2; rm -f "$1.part"; exit 1; }
chmod "$2" "$1.part"
mv "$1.part" "$1"`;
  const result = await target.run(script, { args: [remotePath, mode, digest], input: gzipSync(bytes, { level: 6 }) });
  if (result.exitCode !== 0) throw spaceOr('upload-failed', `${target.name}: could not write ${remotePath}`, result.stderr);
}

/**
 * Puts many files into one directory of the target in one transfer, proved whole by digest before anything is unpacked.
 * @param files path below the directory → content and mode
 * @throws TargetError `upload-failed`, `target-disk-full`
 */
export async function uploadFiles(target: Target, directory: string, files: Readonly<Record<string, { content: string | Uint8Array; mode: number }>>): Promise<void> {
  const archive = pack();
  for (const [name, { content, mode }] of Object.entries(files)) archive.entry({ name, mode, uid: 0, gid: 0 }, Buffer.from(content));
  archive.finalize();
  const bytes = gzipSync(await buffer(archive), { level: 6 });
  const script = String.raw`
set -eu
umask 077
mkdir -p "$1"
cat >"$1/.part"
echo "$2  $1/.part" | sha256sum -c --status || { echo 'digest differs after the transfer' >&2; rm -f "$1/.part"; exit 1; }
tar -C "$1" --no-same-owner -xpzf "$1/.part"
rm -f "$1/.part"`;
  const result = await target.run(script, { args: [directory, createHash('sha256').update(bytes).digest('hex')], input: bytes });
  if (result.exitCode !== 0) throw spaceOr('upload-failed', `${target.name}: could not write ${directory}`, result.stderr);
}

/** `upload` of a file of this host. */
export async function uploadFile(target: Target, localPath: string, remotePath: string, mode: string): Promise<void> {
  await upload(target, await readFile(localPath), remotePath, mode);
}

/**
 * Fetches a file and proves by the digest taken on the target that it is whole.
 * @throws EvidenceError `download-incomplete`
 * @throws TargetError `download-failed`
 */
export async function download(target: Target, remotePath: string, localPath: string): Promise<void> {
  const { exitCode, stderr } = await target.run('set -e; { sha256sum "$1"; stat -c %s "$1"; } >&2; cat "$1"', { args: [remotePath], outputFile: localPath });
  const match = /^\\?([0-9a-f]{64}) .*\n(\d+)$/m.exec(stderr);
  if (exitCode !== 0 || match === null) throw new TargetError('download-failed', `${target.name}: cannot read ${remotePath}: ${stderr.trim()}`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(localPath), hash);
  if (hash.digest('hex') !== match[1]) {
    const { size } = await stat(localPath);
    throw new EvidenceError('download-incomplete', `${remotePath} did not arrive whole from ${target.name}: ${size} of ${match[2] as string} bytes`);
  }
}
