import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CommandResult, RunOptions, Target } from '../../src/target/index.ts';

export const programs = join(import.meta.dirname, 'programs');

/** A target that runs scripts with this machine's sh as the present user, with stand-ins first in PATH. */
export class ShellTarget implements Target {
  readonly kind = 'ssh';
  readonly name = 'builder@test:22';
  readonly scripts: string[] = [];
  /** Bytes after which each of the next streams is cut; empty: never again. */
  cuts: number[] = [];
  reconnects = 0;
  env: Record<string, string> = {};
  /** Answers in place of the shell, asked first. */
  answer: (script: string, options: RunOptions) => Partial<CommandResult> | Error | undefined = () => undefined;
  /** Whether each of the next logins is let in; then all are. */
  probes: (() => boolean)[] = [];
  onReconnect: () => void = () => undefined;

  async run(script: string, options: RunOptions = {}): Promise<CommandResult> {
    this.scripts.push(script);
    const given = this.answer(script, options);
    if (given instanceof Error) throw given;
    if (given !== undefined) {
      if (options.outputFile !== undefined) await pipeline(Readable.from([Buffer.from(given.stdout ?? '')]), createWriteStream(options.outputFile));
      return { exitCode: 0, stdout: '', stderr: '', ...given };
    }
    const child = this.#spawn(script, options.args ?? []);
    const { input } = options;
    child.stdin.on('error', () => undefined);
    child.stdin.end(input instanceof Readable ? undefined : input);
    let stdout = '';
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString(); });
    const ended = new Promise<number>((resolve) => child.on('close', (code) => { resolve(code ?? 255); }));
    if (options.outputFile === undefined) child.stdout.on('data', (chunk: Buffer) => { stdout += chunk.toString(); });
    else await pipeline(child.stdout, createWriteStream(options.outputFile));
    return { exitCode: await ended, stdout, stderr };
  }

  async stream(script: string, args: readonly string[], onData: (chunk: Buffer) => void, signal: AbortSignal): Promise<boolean> {
    const child = this.#spawn(script, args);
    child.stdin.end();
    let left = this.cuts.shift() ?? Infinity;
    const state = { cut: false };
    child.stdout.on('data', (chunk: Buffer) => {
      if (left === 0) return;
      onData(chunk.subarray(0, Math.min(left, chunk.length)));
      left -= Math.min(left, chunk.length);
      if (left === 0) {
        state.cut = true;
        child.kill('SIGKILL');
      }
    });
    signal.addEventListener('abort', () => child.kill('SIGKILL'));
    await new Promise((resolve) => child.on('close', resolve));
    return !state.cut && !signal.aborted;
  }

  async probe(script: string, args: readonly string[]): Promise<{ ok: boolean; detail: string }> {
    if (!(this.probes.shift()?.() ?? true)) return { ok: false, detail: 'Permission denied' };
    const child = this.#spawn(script, args);
    child.stdin.end();
    return new Promise((resolve) => child.on('close', (code) => { resolve({ ok: code === 0, detail: '' }); }));
  }

  reconnect(): Promise<void> {
    this.reconnects++;
    this.onReconnect();
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #spawn(script: string, args: readonly string[]): ReturnType<typeof spawn> & { stdin: NonNullable<ReturnType<typeof spawn>['stdin']>; stdout: Readable; stderr: Readable } {
    const child = spawn('sh', ['-c', script, 'cupel', ...args], { stdio: 'pipe', env: { ...process.env, ...this.env, PATH: `${programs}:${process.env['PATH'] ?? ''}` } });
    return child;
  }
}
