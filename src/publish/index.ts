/** After the build: verify again, bind the image's id, tag, share, retire the old. */
export * from './aws/index.ts';
export * from './gcp/index.ts';
export { type HallmarkFinding, hallmarkOf, storeOfBundle } from './hallmark.ts';
export { type PackedBuild, readManifest } from './manifest.ts';
export { type Vouched, vouchFor, type VouchOptions } from './vouch.ts';
