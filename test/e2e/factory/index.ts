/** The factory: real Packer builds, and `cupel provision` alone, against machines of the lab. */
export { quickBaseline, type QuickBaseline } from './baselines.ts';
export { packerBuild, provision, type Build, type Endpoint, type Request } from './build.ts';
export { contentWithFix, scapContent } from './content.ts';
export { CUPEL, FACTORY, REPOSITORY } from './paths.ts';
export { builds, machineForAll, machineForEach, scratch, withScanner } from './hooks.ts';
