import { homedir } from 'node:os';
import { join } from 'node:path';
import type { BaselineDocument } from '../../baseline/index.ts';
import { fetchContent } from '../../content/index.ts';
import type { Emit } from '../../events.ts';
import type { Io } from '../io.ts';

/** Where fetched content is kept: CUPEL_CACHE, else the user's cache directory. */
export function cacheDirectory(io: Io): string {
  const { CUPEL_CACHE, XDG_CACHE_HOME } = io.env;
  return CUPEL_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'cupel');
}

/** The data stream that a baseline asks for: from the cache, else fetched. @throws ConfigurationError */
export async function locateContent(document: BaselineDocument, io: Io, emit: Emit = () => undefined): Promise<string> {
  const { product, version, sha256 } = document.content;
  const file = await fetchContent({ product, version, cacheDir: cacheDirectory(io), emit, ...(sha256 === undefined ? {} : { sha256 }) });
  return file.path;
}
