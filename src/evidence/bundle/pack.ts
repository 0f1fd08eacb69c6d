import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { type Contents, entries } from './entries.ts';

/** 1980-01-01: what is inside says when it was made, and no tar calls this one implausible. */
const mtime = new Date(315_532_800_000);

/** The tar archive of `contents`: order, owners, modes and times are always the same, so the same content gives the same bytes. */
export async function packTar(contents: Contents): Promise<Buffer> {
  const archive = pack();
  for (const name of Object.keys(entries)) {
    const content = contents.get(name);
    if (content !== undefined) archive.entry({ name, type: 'file', mode: 0o644, uid: 0, gid: 0, uname: '', gname: '', mtime }, content);
  }
  archive.finalize();
  return await buffer(archive);
}

/** A bundle's bytes. gzip's header carries neither name nor time. */
export async function packBundle(contents: Contents): Promise<Buffer> {
  return gzipSync(await packTar(contents), { level: 9 });
}
