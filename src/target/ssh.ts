import { access, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { TargetError } from '../errors.ts';
import { boundToParent } from './child.ts';
import { keepOutput } from './output.ts';
import { asRoot, shellQuote } from './quote.ts';
import { type SshAgent, startAgent } from './ssh-agent.ts';
import { isPassing, sshFailure } from './ssh-failure.ts';
import { sshArguments, type SshOptions, type SshPaths } from './ssh-options.ts';
import type { CommandResult, RunOptions, Target } from './target.ts';

/** ssh's own exit code for "the connection failed"; our scripts never exit with it. */
const connectionFailed = 255;

const childOptions = { reject: false, buffer: { stdout: true, stderr: true }, maxBuffer: 16 * 1024 * 1024, stripFinalNewline: false } as const;

/** A command that ends with 255 so often is not the victim of its connection. */
const mostReplays = 5;

/** The ssh process that holds the connection. */
type Master = PromiseLike<unknown> & { kill(): boolean };

/** A machine behind OpenSSH: one multiplexed connection, made again when it drops. */
export class SshTarget implements Target {
  readonly kind = 'ssh';
  readonly name: string;
  readonly #options: SshOptions;
  readonly #directory: string;
  readonly #paths: SshPaths;
  #agent: SshAgent | undefined;
  #master: Master | undefined;
  #closed = false;
  /** Two commands that lose the connection together share the new one. */
  #connecting: Promise<void> | undefined;

  private constructor(options: SshOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
    this.#paths = { control: join(directory, 'c'), knownHosts: join(directory, 'known_hosts'), agent: join(directory, 'agent') };
    this.name = `${options.user}@${options.host}:${options.port}`;
  }

  /**
   * Connects and proves that root is to be had.
   * @param temporary where the control socket and the pinned host key live, in a private directory that `close` removes
   * @throws TargetError `target-unreachable`, `target-login`, `target-host-key`, `target-key`, `target-sudo`
   */
  static async connect(options: SshOptions, temporary: string, timeoutSeconds: number): Promise<SshTarget> {
    const target = new SshTarget(options, await mkdtemp(join(temporary, 'cupel-')));
    try {
      if (options.key !== undefined && 'text' in options.key) target.#agent = await startAgent(target.#paths.agent, options.key.text);
      await target.#connect(timeoutSeconds);
      const root = await target.run('id -u');
      if (root.exitCode !== 0 || root.stdout.trim() !== '0') {
        throw new TargetError('target-sudo', `${target.name}: sudo does not make ${target.name.split('@')[0] ?? ''} root unasked (${root.stderr.trim()})`, { subject: target.name });
      }
      return target;
    } catch (error) {
      await target.close();
      throw error;
    }
  }

  async run(script: string, options: RunOptions = {}): Promise<CommandResult> {
    const replayable = options.input === undefined || typeof options.input === 'string' || options.input instanceof Uint8Array;
    for (let replays = 0; ; replays++) {
      await this.#ensureConnected();
      const master = this.#master;
      const result = await this.#spawn('shared', script, options);
      if (result.exitCode !== connectionFailed) return result;
      // ssh also says 255 for a command that a signal killed, and that may happen each time.
      if (!replayable || replays === mostReplays) throw sshFailure(this.name, result.stderr);
      if (this.#master === master || this.#master === undefined) await this.reconnect(this.#options.reconnectSeconds);
    }
  }

  async stream(script: string, args: readonly string[], onData: (chunk: Buffer) => void, signal: AbortSignal): Promise<boolean> {
    await this.#ensureConnected();
    const [file, argv] = this.#command('shared', script, args);
    const child = execa(file, argv, { reject: false, buffer: false, stdin: 'ignore', stderr: 'ignore', cancelSignal: signal });
    child.stdout.on('data', onData);
    const result = await child;
    return !signal.aborted && result.exitCode !== connectionFailed && result.exitCode !== undefined;
  }

  async probe(script: string, args: readonly string[], timeoutSeconds: number): Promise<{ ok: boolean; detail: string }> {
    const [file, argv] = this.#command('fresh', script, args);
    const result = await execa(file, argv, { ...childOptions, stdin: 'ignore', timeout: timeoutSeconds * 1000 });
    return { ok: result.exitCode === 0, detail: result.timedOut ? `no answer within ${timeoutSeconds} s` : result.stderr.trim() };
  }

  async reconnect(timeoutSeconds: number): Promise<void> {
    this.#connecting ??= this.#dropMaster().then(() => this.#connect(timeoutSeconds)).finally(() => {
      this.#connecting = undefined;
    });
    await this.#connecting;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#connecting?.catch(() => undefined);
    await this.#dropMaster();
    await this.#agent?.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #command(mode: 'shared' | 'fresh', script: string, args: readonly string[]): [string, string[]] {
    const remote = asRoot(script, args, this.#options.user === 'root').map(shellQuote).join(' ');
    return boundToParent('ssh', [...sshArguments(this.#options, this.#paths, mode), remote]);
  }

  async #spawn(mode: 'shared' | 'fresh', script: string, options: RunOptions): Promise<CommandResult> {
    const timeoutSeconds = options.timeoutSeconds ?? 300;
    const [file, argv] = this.#command(mode, script, options.args ?? []);
    const { input } = options;
    const stdin = input === undefined ? { stdin: 'ignore' as const } : typeof input === 'string' || input instanceof Uint8Array ? { input } : { stdin: 'pipe' as const };
    const child = execa(file, argv, {
      ...childOptions,
      ...stdin,
      buffer: { stdout: options.outputFile === undefined, stderr: true },
      timeout: timeoutSeconds * 1000,
    });
    const flows: Promise<unknown>[] = [];
    if (options.outputFile !== undefined) flows.push(keepOutput(child.stdout, options.outputFile));
    if (child.stdin !== null && input !== undefined && typeof input !== 'string' && !(input instanceof Uint8Array)) {
      // A command that ends before it has read its input closes the pipe: its exit code tells why.
      flows.push(pipeline(input, child.stdin).catch(() => undefined));
    }
    const result = await child;
    const failures = (await Promise.all(flows)).filter((failure) => failure !== undefined);
    if (result.timedOut) throw new TargetError('target-timeout', `${this.name}: no end after ${timeoutSeconds} s`, { subject: this.name });
    if (failures.length > 0) throw failures[0] as Error;
    if (result.isMaxBuffer) throw new TargetError('target-output', `${this.name}: a command printed more than ${childOptions.maxBuffer} bytes`, { subject: this.name });
    return { exitCode: result.exitCode ?? connectionFailed, stdout: options.outputFile === undefined ? result.stdout : '', stderr: result.stderr };
  }

  async #ensureConnected(): Promise<void> {
    if (this.#master === undefined || this.#connecting !== undefined) await this.reconnect(this.#options.reconnectSeconds);
  }

  async #connect(timeoutSeconds: number): Promise<void> {
    const deadline = Date.now() + timeoutSeconds * 1000;
    for (;;) {
      if (this.#closed) throw new TargetError('target-closed', `${this.name}: the connection was closed`, { subject: this.name });
      const failure = await this.#startMaster(Math.max(1, (deadline - Date.now()) / 1000));
      if (failure === undefined) return;
      if (!isPassing(failure) || Date.now() >= deadline) throw failure;
      await sleep(1000);
    }
  }

  async #startMaster(timeoutSeconds: number): Promise<TargetError | undefined> {
    const [file, argv] = boundToParent('ssh', sshArguments(this.#options, this.#paths, 'master'));
    const child = execa(file, argv, { ...childOptions, stdin: 'ignore', stdout: 'ignore' });
    const state: { stderr: string | undefined } = { stderr: undefined };
    void child.then((result) => {
      state.stderr = result.stderr === '' ? (result.originalMessage ?? '') : result.stderr;
      if (this.#master === child) this.#master = undefined;
    });
    const deadline = Date.now() + timeoutSeconds * 1000;
    while (state.stderr === undefined) {
      if (await exists(this.#paths.control)) {
        this.#master = child;
        return undefined;
      }
      if (this.#closed || Date.now() > deadline) {
        child.kill();
        await child;
        return sshFailure(this.name, `Connection timed out after ${Math.round(timeoutSeconds)} s`);
      }
      await sleep(15);
    }
    return sshFailure(this.name, state.stderr);
  }

  async #dropMaster(): Promise<void> {
    const master = this.#master;
    this.#master = undefined;
    master?.kill();
    await master;
    await rm(this.#paths.control, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
