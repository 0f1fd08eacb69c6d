/** What is installed in the image, as CycloneDX. */
export { gatherPackages } from './query.ts';
export { renderSbom, type SbomSubject } from './bom.ts';
