import { evidenceFolder } from '../folder.ts';

/** What a bundle holds: the format, version 1. */

export const statementFile = 'statement.intoto.json';
export const hallmarkFile = 'hallmark.sigstore.json';
export const reportFile = 'report.html';
export const sbomFile = 'sbom.cdx.json';

interface Entry {
  /** A bundle without it is none. */
  needed: boolean;
  /** Most bytes, as stored. */
  limit: number;
}

const mebibyte = 1024 * 1024;
const needed = (limit: number): Entry => ({ needed: true, limit });
const optional = (limit: number): Entry => ({ needed: false, limit });

/**
 * Every name that a bundle may hold, in the order of the archive. Anything else is refused. Most are a
 * hundred times smaller than their limit; it is there so that a bomb ends early.
 */
export const entries: Readonly<Record<string, Entry>> = {
  [hallmarkFile]: needed(2 * mebibyte),
  [statementFile]: needed(mebibyte),
  'verdict.json': needed(2 * mebibyte),
  'baseline.lock.yaml': needed(2 * mebibyte),
  'tailoring.xml': needed(2 * mebibyte),
  'environment.json': needed(mebibyte),
  'before.json': optional(mebibyte),
  'remediation.sh': needed(8 * mebibyte),
  'harden.jsonl': optional(16 * mebibyte),
  [sbomFile]: optional(16 * mebibyte),
  [reportFile]: optional(16 * mebibyte),
  'arf.xml.gz': needed(32 * mebibyte),
};

/** Beside the evidence in its directory, but not part of the bundle: the build's own log and checksums. */
export const besides: ReadonlySet<string> = new Set(['SHA256SUMS', 'log.jsonl']);

/** Most bytes of a bundle: as a file, and unpacked. */
export const bundleLimits = { packed: 32 * mebibyte, unpacked: 64 * mebibyte } as const;

/** Most bytes of the ARF, decompressed. Real ones have 10 to 60 MB. */
export const arfLimit = 256 * mebibyte;

/** File name → content. */
export type Contents = ReadonlyMap<string, Buffer>;

/** @throws ConfigurationError `image-name`, `run-name`: evidence may come from anywhere, and must not say where its bundle goes */
export function bundleName(image: string, run: string): string {
  return `${evidenceFolder(image, run, 'accepted')}.cupel.tgz`;
}
