/** SCAP data streams: fetched, verified, and what is in them. */
export { fullId, selectedRules, shortId, valueIn } from './model.ts';
export type { ContentIndex, ContentProfile, ContentRule, ContentValue } from './model.ts';
export { readContentIndex, type IndexOptions } from './read-index.ts';
