import { isSystemError, type Platform, SystemError } from '../platform/index.ts';
import type { ScanResult } from '../result.ts';
import { asRoot } from './failure.ts';
import { parseJson } from './json.ts';
import type { Places } from './places.ts';
import { resultShape } from './result-shape.ts';

/** What the scanner keeps in `/var/lib/cupel`. */
export class Store {
  readonly work: string;
  readonly arf: string;
  readonly result: string;
  readonly metrics: string;
  readonly remediation: string;
  private readonly state: string;
  private readonly history: string;
  private readonly lockFile: string;
  private readonly platform: Platform;

  constructor(platform: Platform, { state }: Places) {
    this.platform = platform;
    this.state = state;
    this.work = `${state}/work`;
    this.arf = `${state}/arf.xml.gz`;
    this.result = `${state}/result.json`;
    this.metrics = `${state}/metrics.prom`;
    this.remediation = `${state}/remediation.sh`;
    this.history = `${state}/history`;
    this.lockFile = `${state}/lock`;
  }

  /** @returns false when another scan or remediation is at work @throws EvidenceError `needs-root` */
  lock(): boolean {
    return asRoot(() => {
      // The exporter, who is nobody, looks at the metrics and whether the files behind them are there.
      this.platform.files.makeFolder(this.state, 0o755);
      return this.platform.lock(this.lockFile);
    });
  }

  /** An empty folder for work in progress; what a crash left there is gone. */
  prepareWork(): void {
    this.clearWork();
    this.platform.files.makeFolder(this.work, 0o700);
  }

  clearWork(): void {
    this.platform.files.remove(this.work);
  }

  /** The last result; `undefined` when there is none or it cannot be read. @throws EvidenceError `needs-root` */
  readResult(): ScanResult | undefined {
    try {
      return parseJson(asRoot(() => this.platform.files.readText(this.result, 64 * 1024 * 1024)), resultShape);
    } catch (error) {
      if (isSystemError(error)) return undefined;
      throw error;
    }
  }

  /** A file that is put in its place later: everything is written before anything is replaced, so that a full disk changes nothing. */
  prepare(path: string, text: string, mode: number): string {
    const prepared = `${this.work}/${path.slice(path.lastIndexOf('/') + 1)}`;
    this.platform.files.write(prepared, text, mode);
    return prepared;
  }

  /** Compresses a file of the work folder. @returns the compressed file @throws SystemError `ENOSPC`, `EIO` */
  compress(path: string): string {
    const compressed = `${path}.gz`;
    const { exitCode, stderr } = this.platform.run(['gzip', '-n', '-c'], { stdin: path, stdout: { file: compressed } });
    if (exitCode !== 0) throw new SystemError(/No space left/i.test(stderr) ? 'ENOSPC' : 'EIO', 'write', compressed);
    this.platform.files.remove(path);
    return compressed;
  }

  /**
   * Puts a compressed ARF into place and into the history, of which the last `keep` stay.
   * @param name what it is called there, behind a number that says which came last: the clock may have been set
   */
  keepArf(compressed: string, name: string, keep: number): void {
    const { files } = this.platform;
    files.makeFolder(this.history, 0o700);
    const before = inOrder(files.list(this.history));
    const kept = `${this.history}/${String(1 + numberOf(before.at(-1) ?? '')).padStart(6, '0')}-${name}${suffix}`;
    const { exitCode, stderr } = this.platform.run(['ln', '-f', '--', compressed, kept]);
    if (exitCode !== 0) throw new SystemError('EIO', `link: ${stderr.trim()}`, kept);
    files.replace(compressed, this.arf);
    for (const entry of before.slice(0, Math.max(0, before.length - (keep - 1)))) files.remove(`${this.history}/${entry}`);
  }
}

const suffix = '.arf.xml.gz';

/** Those of reports, the oldest first. */
function inOrder(names: readonly string[]): string[] {
  return names.filter((name) => name.endsWith(suffix)).sort((a, b) => numberOf(a) - numberOf(b) || (a < b ? -1 : 1));
}

/** 0 for a name without: older agents began it with the date. */
function numberOf(name: string): number {
  return Number(/^(\d{6,15})-/.exec(name)?.[1] ?? 0);
}
