/** What goes into the image, and what has to leave it. */
export { configDirectory, contentDirectory, contentPath, embedContent, type ImageContent, tailoringPath } from './content.ts';
export { type BuildRecord, buildDirectory, sealImage } from './seal.ts';
