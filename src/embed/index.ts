/** What goes into the image, and what has to leave it. */
export { agentDirectory, type AgentOptions, buildingMark, embedAgent } from './agent.ts';
export { configDirectory, contentDirectory, contentPath, embedContent, type ImageContent, imageIgnoreList, tailoringPath } from './content.ts';
export { type BuildRecord, buildDirectory, sealImage } from './seal.ts';
