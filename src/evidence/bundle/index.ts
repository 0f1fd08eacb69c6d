/** The bundle: one archive with everything that a verdict rests on, the same bytes for the same content. */
export { arfLimit, bundleLimits, bundleName, type Contents, entries, hallmarkFile, reportFile, sbomFile, statementFile } from './entries.ts';
export { packBundle } from './pack.ts';
export { assertComplete, unpackBundle } from './unpack.ts';
export { readFolder, readPlainFile } from './folder.ts';
