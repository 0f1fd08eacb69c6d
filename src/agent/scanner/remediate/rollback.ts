import { CupelError } from '../../../errors.ts';
import { isSystemError, type Platform } from '../../platform/index.ts';
import type { Places } from '../places.ts';
import type { Changes } from './changes.ts';
import { putBackPackages } from './packages.ts';
import type { Progress } from './progress.ts';
import { putBackFiles, putBackMounts, putBackRuleset, putBackSettings, putBackUnits } from './put-back.ts';
import { RollbackPoint } from './rollback-point.ts';
import { clearWorkFolders } from './work-folder.ts';

/**
 * Puts back what the last remediation changed: packages, files, kernel settings, mounts, firewall, units. What others
 * changed since stays as they left it, and is named. As long as there are problems, the next rollback is of the same
 * remediation.
 * @returns what could not be put back
 * @throws TargetError `nothing-to-roll-back`; `changes-not-recorded` or `state-not-recorded` before anything is put back
 */
export function rollback(platform: Platform, places: Places): string[] {
  const point = RollbackPoint.last(platform, places);
  platform.write(`rolling back the remediation of ${point.name}\n`);
  clearWorkFolders(platform, places);
  const all = point.changes();
  const { progress, packages } = point.begin(all.made);
  const changes = withoutOthers(platform, { ...all, packages: stillOf(all.packages, packages) }, progress.left);
  const problems = putBackPackages(platform, changes.packages);
  const files = withPackages(changes, progress, point, problems);
  problems.push(...putBackFiles(platform, point, files), ...putBackSettings(platform, changes), ...putBackMounts(platform, changes));
  if (changes.ruleset) problems.push(...putBackRuleset(platform, point));
  problems.push(...putBackUnits(platform, files));
  problems.push(...problemOf(() => { if (problems.length === 0) point.done(); else point.record('tried'); }));
  platform.write(problems.length === 0 ? 'rolled back\n' : `not all could be put back; cis-scanner rollback tries ${point.name} again\n`);
  return [...new Set(problems)];
}

/** Of what was different after the remediation, what is so now: an earlier try may have put it back. */
function stillOf(then: Changes['packages'], now: Changes['packages']): Changes['packages'] {
  return {
    added: then.added.filter((name) => now.added.includes(name)),
    removed: then.removed.filter(({ name }) => now.removed.some((entry) => entry.name === name)),
  };
}

/** Without the files that somebody changed after the remediation. */
function withoutOthers(platform: Platform, changes: Changes, left: ReadonlySet<string>): Changes {
  const ours = (path: string): boolean => {
    if (left.has(path)) platform.write(`left alone: /${path} was changed since\n`);
    return !left.has(path);
  };
  return { ...changes, made: changes.made.filter(ours), altered: changes.altered.filter(ours), permissions: changes.permissions.filter(({ path }) => ours(path)) };
}

/** A package that goes may take more along than it brought: folders that others share with it. */
function withPackages(changes: Changes, before: Progress, point: RollbackPoint, problems: string[]): Changes {
  const { added, removed } = changes.packages;
  let progress = before;
  if (added.length + removed.length > 0) problems.push(...problemOf(() => { progress = point.changesByPackages(before); }));
  const and = (paths: readonly string[], more: readonly string[]): string[] => [...new Set([...paths, ...more.filter((path) => !before.left.has(path))])].sort();
  return { ...changes, made: and(changes.made, progress.made), altered: and(changes.altered, progress.altered) };
}

/** What must not keep the rest from being put back. */
function problemOf(work: () => void): string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof CupelError || isSystemError(error)) return [error.message];
    throw error;
  }
}
