import { TargetError } from '../../../errors.ts';
import type { Step } from '../../../harden/plan.ts';
import { isSystemError, type Platform } from '../../platform/index.ts';
import type { Places } from '../places.ts';

/** What became of one step. */
export interface Outcome {
  step: Step;
  outcome: 'ok' | 'failed' | 'reverted' | 'not run';
  detail: string | undefined;
}

const stepSeconds = 1200;
const confirmSeconds = 90;

/**
 * Applies steps with the same runner as the build. Where that waits for a login, whoever could log in and become root
 * before must still be able to; else those steps are rolled back.
 * @param work an empty folder in which programs may be run
 * @throws TargetError `fixes-not-written`, with nothing changed; `harden-runner`
 */
export function applySteps(platform: Platform, places: Places, steps: readonly Step[], values: Readonly<Record<string, string>>, guard: boolean, work: string): Outcome[] {
  const logins = `${places.programs}/libexec/logins`;
  writeSteps(platform, work, steps, values, guard, platform.run([logins]).stdout);

  const outcomes = steps.map((step): Outcome => ({ step, outcome: 'not run', detail: undefined }));
  const follow = (line: string): void => {
    const [event, index, ...rest] = line.split('\t');
    const outcome = outcomes[Number(index) - 1];
    if (outcome === undefined) return;
    if (event === 'start') platform.write(`${nameOf(outcome.step)}\n`);
    else if (event === 'end') Object.assign(outcome, rest[0] === '0' ? { outcome: 'ok', detail: undefined } : { outcome: 'failed', detail: lastWords(platform, work, index ?? '', rest[0] ?? '') });
    else if (event === 'repeat') platform.write(`${rest[0] ?? ''}: rolled back; now one by one\n`);
    else if (event === 'reverted') Object.assign(outcome, { outcome: 'reverted', detail: rest[0] });
    else if (event === 'await') {
      const { exitCode, stdout } = platform.run([logins, `${work}/logins`]);
      if (exitCode !== 0) platform.write(`  no longer so: ${stdout.trim().replaceAll('\n', '; ')}\n`);
      platform.run(['sh', '-c', 'printf "%s %s\\n" "$1" "$2" >"$3"', 'sh', exitCode === 0 ? 'ok' : 'no', rest[0] ?? '', `${work}/answer`]);
    }
  };
  const lines = new Lines(follow);
  const { exitCode, stderr } = platform.run(['bash', `${places.programs}/libexec/harden-runner`, work, String(confirmSeconds)], { stdout: { take: (chunk) => { lines.take(chunk); } } });
  if (exitCode !== 0) throw new TargetError('harden-runner', `the runner of the fixes failed (exit ${exitCode}): ${stderr.trim().split('\n').slice(-3).join('; ')}`, { remedy: 'cis-scanner rollback puts back what was changed' });
  return outcomes;
}

function writeSteps({ files }: Platform, work: string, steps: readonly Step[], values: Readonly<Record<string, string>>, guard: boolean, logins: string): void {
  try {
    files.makeFolder(`${work}/steps`, 0o700);
    files.write(`${work}/plan`, steps.map((step, at) => `${at + 1}\t${step.kind === 'guarded' && !guard ? 'unguarded' : step.kind}\t${stepSeconds}\n`).join(''), 0o600);
    files.write(`${work}/env.sh`, environment(values), 0o600);
    for (const [at, step] of steps.entries()) files.write(`${work}/steps/${at + 1}`, `${step.script}\n`, 0o600);
    files.write(`${work}/logins`, logins, 0o600);
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw new TargetError('fixes-not-written', `the fixes could not be written down: ${cause.message}`, { cause, remedy: 'make room on the file system of /var/lib/cupel; nothing was changed' });
  }
}

/** What to call a step when it is shown. */
export function nameOf(step: Step): string {
  return step.kind === 'packages' ? `packages (${step.rules.join(', ')})` : step.rules[0] ?? 'boot loader and initramfs';
}

function environment(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).filter(([id]) => /^\w+$/.test(id)).map(([id, value]) => `XCCDF_VALUE_${id}='${value.replaceAll("'", `'\\''`)}'\n`).join('');
}

function lastWords(platform: Platform, work: string, index: string, code: string): string {
  const what = code === '124' ? `no end after ${stepSeconds} s` : `exit ${code}`;
  try {
    const words = platform.files.readText(`${work}/log/${index}`, 1024 * 1024).trim().split('\n').at(-1) ?? '';
    return words === '' ? what : `${what}: ${words.slice(0, 200)}`;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return what;
  }
}

/** Lines of ASCII out of chunks; what is not ASCII only ever stands in file names. */
class Lines {
  private rest = '';
  private readonly follow: (line: string) => void;

  constructor(follow: (line: string) => void) {
    this.follow = follow;
  }

  take(chunk: Uint8Array): void {
    const lines = (this.rest + Array.from(chunk, (byte) => String.fromCharCode(byte)).join('')).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.follow(line);
  }
}
