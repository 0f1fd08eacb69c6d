import { TargetError } from '../../../errors.ts';
import type { Platform } from '../../platform/index.ts';
import type { Places } from '../places.ts';
import { type Changes, changesBetween, type Record, volatileSysctl } from './changes.ts';

/** How many are kept; each holds /etc as it was. */
const keep = 3;
const limit = 256 * 1024 * 1024;
const names = ['files', 'packages', 'units', 'sysctl', 'mounts', 'ruleset'] as const;

/** One folder below `/var/lib/cupel/rollback`. */
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
    const name = new Date(platform.now()).toISOString().replace(/[-:]|\.\d+/g, '');
    const all = `${places.state}/rollback`;
    const point = new RollbackPoint(platform, places, `${all}/${name}`);
    platform.files.makeFolder(all, 0o700);
    platform.files.makeFolder(point.folder, 0o700);
    try {
      point.record('before');
      platform.files.write(`${point.folder}/rules`, `${rules.join('\n')}\n`, 0o600);
    } catch (error) {
      platform.files.remove(point.folder);
      throw error;
    }
    const old = platform.files.list(all).filter((entry) => entry !== name);
    for (const entry of old.slice(0, Math.max(0, old.length - (keep - 1)))) platform.files.remove(`${all}/${entry}`);
    return point;
  }

  /** The last one that was not yet gone back to. @throws TargetError `nothing-to-roll-back` */
  static last(platform: Platform, places: Places): RollbackPoint {
    const all = `${places.state}/rollback`;
    const { files } = platform;
    const name = files.list(all).reverse().find((entry) => files.look(`${all}/${entry}/rules`) !== undefined && files.look(`${all}/${entry}/rolled-back`) === undefined);
    if (name === undefined) throw new TargetError('nothing-to-roll-back', 'there is no remediation that could be rolled back', { remedy: 'cis-scanner remediate takes a rollback point before it changes anything' });
    return new RollbackPoint(platform, places, `${all}/${name}`);
  }

  get name(): string {
    return this.folder.slice(this.folder.lastIndexOf('/') + 1);
  }

  /** @throws TargetError `no-rollback-point` */
  record(when: 'before' | 'after' | 'now' | 'replaced'): void {
    const { exitCode, stderr } = this.platform.run([`${this.places.programs}/libexec/rollback-point`, this.folder, when]);
    if (exitCode !== 0) throw new TargetError('no-rollback-point', `no rollback point could be taken: ${stderr.trim() || `exit ${exitCode}`}`, { remedy: 'make room on the file system of /var/lib/cupel; nothing was changed' });
  }

  /** What the remediation changed. One that was cut short counts with all that is different by now. */
  changes(): Changes {
    const end = this.platform.files.look(`${this.folder}/after/ruleset`) ?? this.platform.files.look(`${this.folder}/after/mounts`);
    if (end === undefined) this.record('after');
    return this.between('before', 'after');
  }

  /** What others changed since the remediation ended. @param made files that it made */
  changesSince(made: readonly string[]): Changes {
    this.record('now');
    return this.between('after', 'now', made);
  }

  /** What installing and removing packages changed since then, on the way back. */
  changesByPackages(): Pick<Changes, 'made' | 'altered'> {
    this.record('replaced');
    const { made, altered } = this.between('now', 'replaced');
    const held = this.held();
    return { altered, made: made.filter((path) => !held.has(path)) };
  }

  done(): void {
    this.platform.files.write(`${this.folder}/rolled-back`, '', 0o600);
  }

  /** The file of kept contents. */
  get archive(): string {
    return `${this.folder}/before/files.tar`;
  }

  /** Paths whose content is kept. */
  private held(): Set<string> {
    return new Set(this.text('before', 'held').split('\0'));
  }

  private between(first: string, second: string, more: readonly string[] = []): Changes {
    const changes = changesBetween(this.read(first), this.read(second), new Set([...this.held(), ...more]));
    return { ...changes, sysctl: changes.sysctl.filter(({ key }) => !volatileSysctl.test(key)) };
  }

  private read(when: string): Record {
    return Object.fromEntries(names.map((name) => [name, this.text(when, name)])) as unknown as Record;
  }

  private text(when: string, name: string): string {
    const path = `${this.folder}/${when}/${name}`;
    return this.platform.files.look(path) === undefined ? '' : this.platform.files.readText(path, limit);
  }
}
