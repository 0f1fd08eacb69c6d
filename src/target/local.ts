import { userInfo } from 'node:os';
import { execa } from 'execa';
import { TargetError } from '../errors.ts';
import { boundToParent } from './child.ts';
import { keepOutput } from './output.ts';
import { asRoot } from './quote.ts';
import type { CommandResult, RunOptions, Target } from './target.ts';

const childOptions = { reject: false, maxBuffer: 16 * 1024 * 1024, stripFinalNewline: false } as const;

/** This machine, as root or through sudo. */
export class LocalTarget implements Target {
  readonly kind = 'local';
  readonly name = 'localhost';

  /** @throws TargetError `target-sudo` */
  static async connect(): Promise<LocalTarget> {
    const target = new LocalTarget();
    const root = await target.run('id -u');
    if (root.exitCode !== 0 || root.stdout.trim() !== '0') {
      throw new TargetError('target-sudo', `this machine: sudo does not make us root unasked (${root.stderr.trim()})`);
    }
    return target;
  }

  async run(script: string, options: RunOptions = {}): Promise<CommandResult> {
    const { input } = options;
    const timeoutSeconds = options.timeoutSeconds ?? 300;
    const [file, argv] = command(script, options.args ?? []);
    const child = execa(file, argv, {
      ...childOptions,
      ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
      buffer: { stdout: options.outputFile === undefined, stderr: true },
      timeout: timeoutSeconds * 1000,
    });
    const kept = options.outputFile === undefined ? undefined : keepOutput(child.stdout, options.outputFile);
    const result = await child;
    const failure = await kept;
    if (result.timedOut) throw new TargetError('target-timeout', `this machine: no end after ${timeoutSeconds} s`);
    if (failure !== undefined) throw failure;
    if (result.isMaxBuffer) throw new TargetError('target-output', `this machine: a command printed more than ${childOptions.maxBuffer} bytes`);
    return { exitCode: result.exitCode ?? 127, stdout: options.outputFile === undefined ? result.stdout : '', stderr: result.stderr };
  }

  async stream(script: string, args: readonly string[], onData: (chunk: Buffer) => void, signal: AbortSignal): Promise<boolean> {
    const [file, argv] = command(script, args);
    const child = execa(file, argv, { reject: false, buffer: false, stdin: 'ignore', stderr: 'ignore', cancelSignal: signal });
    child.stdout.on('data', onData);
    await child;
    return !signal.aborted;
  }

  async probe(script: string, args: readonly string[], timeoutSeconds: number): Promise<{ ok: boolean; detail: string }> {
    const result = await this.run(script, { args, timeoutSeconds });
    return { ok: result.exitCode === 0, detail: result.stderr.trim() };
  }

  async reconnect(): Promise<void> {
    // There is no connection to lose.
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }
}

function command(script: string, args: readonly string[]): [string, string[]] {
  const [file, ...rest] = asRoot(script, args, userInfo().uid === 0);
  return boundToParent(file as string, rest);
}
