/** What goes into the image, and what has to leave it. */
export { type BuildRecord, buildDirectory, sealImage } from './seal.ts';
