import { homedir } from 'node:os';
import { join } from 'node:path';
import { fetchContent, readContentIndex, type ContentFile, type ContentIndex } from '../../content/index.ts';
import type { Emit } from '../../events.ts';
import type { Io } from '../io.ts';

/** Where content is kept: `--cache`, `CUPEL_CACHE`, `$XDG_CACHE_HOME/cupel`, `~/.cache/cupel`; in `content` below it. */
export function contentCache(io: Io, cache?: string): string {
  const set = [cache, io.env['CUPEL_CACHE']].find((folder) => folder !== undefined && folder !== '');
  const xdg = io.env['XDG_CACHE_HOME'];
  return join(set ?? join(xdg === undefined || xdg === '' ? join(homedir(), '.cache') : xdg, 'cupel'), 'content');
}

/** Options of `fetchContent` that the environment sets: another Debian mirror, another place for upstream releases. */
export function contentSources(io: Io): { apt: { mirror?: string }; release: { baseUrl?: string } } {
  const mirror = io.env['CUPEL_MIRROR'];
  const baseUrl = io.env['CUPEL_RELEASES'];
  return { apt: mirror === undefined ? {} : { mirror }, release: baseUrl === undefined ? {} : { baseUrl } };
}

/** Progress of a fetch, on stderr. */
export const noteProgress = (io: Io): Emit => (event) => {
  if (event.type === 'progress' || event.type === 'warning') io.note(`cupel: ${event.message}`);
};

/** The content that a baseline asks for: the file given, or what is fetched into the cache, each read once. */
export function contentReader(io: Io, options: { content?: string | undefined; cache?: string | undefined }):
(wanted: { product: string; version: string; sha256: string | undefined }) => Promise<ContentIndex & { file: string }> {
  const cacheDir = contentCache(io, options.cache);
  const read = new Map<string, Promise<ContentIndex & { file: string }>>();
  const get = async (wanted: { product: string; version: string; sha256: string | undefined }): Promise<ContentIndex & { file: string }> => {
    if (options.content !== undefined) return { ...await readContentIndex(options.content, { cacheDir }), file: options.content };
    // What is fetched, or found in the cache, has been digested on the way.
    const { path, sha256 } = await fetched(wanted);
    return { ...await readContentIndex(path, { cacheDir, sha256 }), file: path };
  };
  const fetched = (wanted: { product: string; version: string; sha256: string | undefined }): Promise<ContentFile> => fetchContent({
    product: wanted.product, version: wanted.version, ...(wanted.sha256 === undefined ? {} : { sha256: wanted.sha256 }),
    cacheDir, ...contentSources(io), emit: noteProgress(io),
  });
  return (wanted) => {
    const key = `${wanted.product} ${wanted.version} ${wanted.sha256 ?? ''}`;
    const known = read.get(key) ?? get(wanted);
    read.set(key, known);
    return known;
  };
}
