import type { Platform } from '../../platform/index.ts';
import { readNames } from './records.ts';

/** What a try to roll back found out about the machine before it changed it, for the next one. */
export interface Progress {
  /** Changed by others since the remediation: left alone. */
  left: ReadonlySet<string>;
  /** What packages made and altered while they were put back. */
  made: readonly string[];
  altered: readonly string[];
}

/** @returns undefined when there was no try yet @throws SystemError */
export function readProgress(platform: Platform, folder: string): Progress | undefined {
  const path = `${folder}/progress`;
  if (platform.files.look(path) === undefined) return undefined;
  const entries = readNames(platform, path).split('\0');
  const of = (kind: string): string[] => entries.filter((entry) => entry.startsWith(`${kind}\t`)).map((entry) => entry.slice(kind.length + 1));
  return { left: new Set(of('left')), made: of('made'), altered: of('altered') };
}

/** @throws SystemError */
export function writeProgress(platform: Platform, folder: string, { left, made, altered }: Progress): void {
  const lines = (kind: string, paths: Iterable<string>): string => [...paths].map((path) => `${kind}\t${path}\0`).join('');
  platform.files.write(`${folder}/progress`, lines('left', left) + lines('made', made) + lines('altered', altered), 0o600);
}
