import { fetchContent, type ContentFile } from '../../src/content/index.ts';

/** The project's own cache, which `make setup` fills; fetched here when it did not. */
export const projectCache = new URL('../../.cache/content', import.meta.url).pathname;

const fetched = new Map<string, Promise<ContentFile>>();

/** Real SCAP content for a product. */
export function realContent(product: string): Promise<ContentFile> {
  const known = fetched.get(product) ?? fetchContent({ product, version: '>=0.1.82', cacheDir: projectCache });
  fetched.set(product, known);
  return known;
}
