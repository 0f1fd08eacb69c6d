/** SCAP data streams: fetched, verified, and what is in them. */
export { fullId, selectedRules, shortId, valueIn } from './model.ts';
export type { ContentIndex, ContentProfile, ContentRule, ContentValue } from './model.ts';
export { readContentIndex, type IndexOptions } from './read-index.ts';
export { digestFile } from './read-index.ts';
export { fetchContent, type FetchOptions } from './fetch.ts';
export { findCached, type ContentFile } from './cache.ts';
export { dataStreamName, products } from './products.ts';
export type { AptSource } from './apt.ts';
export type { ReleaseSource } from './release.ts';
export { slimContent, type SlimContent, type SlimOptions, type SlimSubject } from './slim/index.ts';
