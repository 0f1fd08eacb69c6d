import { TargetError } from '../../../errors.ts';
import { isSystemError, type Platform } from '../../platform/index.ts';
import type { Places } from '../places.ts';
import { type Changes, changesBetween, volatileSysctl } from './changes.ts';
import { type Progress, readProgress, writeProgress } from './progress.ts';
import { type Moment, notRecorded, readNames, readRecord, record } from './records.ts';

/** How many are kept; each holds /etc as it was. */
const keep = 3;

/** One folder below `/var/lib/cupel/rollback`: its number, then the date. */
export class RollbackPoint {
  readonly folder: string;
  private readonly platform: Platform;
  private readonly places: Places;

  private constructor(platform: Platform, places: Places, folder: string) {
    this.platform = platform;
    this.places = places;
    this.folder = folder;
  }

  /**
   * Takes one, before anything is changed.
   * @param rules what is going to be fixed
   * @throws TargetError `no-rollback-point`
   */
  static take(platform: Platform, places: Places, rules: readonly string[]): RollbackPoint {
    const all = `${places.state}/rollback`;
    const old = inOrder(platform, all);
    const name = `${String(numberOf(old.at(-1) ?? '') + 1).padStart(6, '0')}-${new Date(platform.now()).toISOString().replace(/[-:]|\.\d+/g, '')}`;
    const point = new RollbackPoint(platform, places, `${all}/${name}`);
    try {
      platform.files.makeFolder(all, 0o700);
      platform.files.makeFolder(point.folder, 0o700);
      // Only these fixes go through whole file systems, and so must we for them.
      point.record('before', rules.some((rule) => rule.includes('world_writable')) ? ['world-writable'] : []);
      platform.files.write(`${point.folder}/rules`, `${rules.join('\n')}\n`, 0o600);
    } catch (error) {
      platform.files.remove(point.folder);
      throw isSystemError(error) ? notRecorded('before', error.message, error) : error;
    }
    for (const entry of old.slice(0, Math.max(0, old.length - (keep - 1)))) platform.files.remove(`${all}/${entry}`);
    return point;
  }

  /** The last one that was not yet gone back to. @throws TargetError `nothing-to-roll-back` */
  static last(platform: Platform, places: Places): RollbackPoint {
    const all = `${places.state}/rollback`;
    const { files } = platform;
    const name = inOrder(platform, all).reverse().find((entry) => files.look(`${all}/${entry}/rules`) !== undefined && files.look(`${all}/${entry}/rolled-back`) === undefined);
    if (name === undefined) throw new TargetError('nothing-to-roll-back', 'there is no remediation that could be rolled back', { remedy: 'cis-scanner remediate takes a rollback point before it changes anything' });
    return new RollbackPoint(platform, places, `${all}/${name}`);
  }

  get name(): string {
    return this.folder.slice(this.folder.lastIndexOf('/') + 1);
  }

  /** @throws TargetError `no-rollback-point`, `changes-not-recorded`, `state-not-recorded` */
  record(when: Moment, options: readonly string[] = []): void {
    record(this.platform, this.places, this.folder, when, options);
  }

  /** What the remediation changed. One that was cut short counts with all that is different by now. */
  changes(): Changes {
    if (!this.has('after')) this.record('after');
    return this.between('before', 'after');
  }

  /**
   * What a try to go back has to know; written down, since the next try finds another machine.
   * @param made files that the remediation made
   * @throws TargetError `state-not-recorded`, with nothing put back
   */
  begin(made: readonly string[]): { progress: Progress; packages: Changes['packages'] } {
    this.record('now');
    try {
      const progress = readProgress(this.platform, this.folder);
      const since = progress === undefined ? 'after' : this.has('tried') ? 'tried' : undefined;
      const others = since === undefined ? [] : changedPaths(this.between(since, 'now', made));
      if (since === undefined) this.platform.write('the last try was cut short: what was changed since then counts as its own\n');
      const known: Progress = { left: new Set([...progress?.left ?? [], ...others]), made: progress?.made ?? [], altered: progress?.altered ?? [] };
      writeProgress(this.platform, this.folder, known);
      this.platform.files.remove(`${this.folder}/tried`);
      return { progress: known, packages: this.between('before', 'now').packages };
    } catch (error) {
      throw isSystemError(error) ? notRecorded('now', error.message, error) : error;
    }
  }

  /** What installing and removing packages changed on the way back; written down, since that happens once. */
  changesByPackages(progress: Progress): Progress {
    this.record('replaced');
    const { made, altered } = this.between('now', 'replaced');
    const held = this.held();
    const known: Progress = { left: progress.left, made: [...progress.made, ...made.filter((path) => !held.has(path))], altered: [...progress.altered, ...altered] };
    writeProgress(this.platform, this.folder, known);
    return known;
  }

  done(): void {
    this.platform.files.write(`${this.folder}/rolled-back`, '', 0o600);
  }

  /** The file of kept contents. */
  get archive(): string {
    return `${this.folder}/before/files.tar`;
  }

  private has(when: Moment): boolean {
    return this.platform.files.look(`${this.folder}/${when}`) !== undefined;
  }

  /** Paths whose content is kept. */
  private held(): Set<string> {
    return new Set(readNames(this.platform, `${this.folder}/before/held`).split('\0'));
  }

  private between(first: Moment, second: Moment, more: readonly string[] = []): Changes {
    const read = (when: Moment): ReturnType<typeof readRecord> => readRecord(this.platform, this.folder, when);
    const changes = changesBetween(read(first), read(second), new Set([...this.held(), ...more]));
    return { ...changes, sysctl: changes.sysctl.filter(({ key }) => !volatileSysctl.test(key)) };
  }
}

function changedPaths({ made, altered, permissions }: Changes): string[] {
  return [...made, ...altered, ...permissions.map(({ path }) => path)];
}

/** By number: a clock may be set back. */
function inOrder(platform: Platform, all: string): string[] {
  return platform.files.list(all).sort((a, b) => numberOf(a) - numberOf(b));
}

/** 0 for one that was taken when they had no number. */
function numberOf(name: string): number {
  return Number(/^(\d+)-/.exec(name)?.[1] ?? 0);
}
