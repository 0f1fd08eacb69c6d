/** Where bundles are kept, so that anyone finds the evidence of an image by the image's id. */
export { imageIdOf, imageKey } from './image-id.ts';
export { openStore, type StoreOptions } from './open.ts';
export { type BoundImage, EvidenceStore, type StoredBundle } from './store.ts';
export { type Pointer } from './pointer.ts';
export { type Patience, patient } from './retry.ts';
