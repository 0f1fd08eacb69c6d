import type { Readable } from 'node:stream';

export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Positional arguments `$1`, `$2`, … of the script: data goes here, never into the script's text. */
  args?: readonly string[];
  input?: string | Uint8Array | Readable;
  /** Where stdout goes instead of the result: a file on this host. */
  outputFile?: string;
  /** Default 300. */
  timeoutSeconds?: number;
}

/** A machine that is worked on. Scripts are POSIX sh and run as root. */
export interface Target {
  readonly kind: 'ssh' | 'local';
  /** For messages: `debian@192.0.2.1:22`. */
  readonly name: string;
  /**
   * Runs a script to its end. A non-zero exit is returned, not thrown.
   * A script must be safe to run twice: a dropped connection makes it run again.
   * @throws TargetError when the target cannot be reached or the time is up
   */
  run(script: string, options?: RunOptions): Promise<CommandResult>;
  /**
   * Streams stdout of a long-running reader until it ends, `signal` aborts, or the connection drops.
   * @returns whether it ended by itself (false: aborted or dropped)
   */
  stream(script: string, args: readonly string[], onData: (chunk: Buffer) => void, signal: AbortSignal): Promise<boolean>;
  /** Runs a script over a login of its own: whether a new login and root still work. Never throws. */
  probe(script: string, args: readonly string[], timeoutSeconds: number): Promise<{ ok: boolean; detail: string }>;
  /** Drops the present connection and connects anew, trying until the time is up. */
  reconnect(timeoutSeconds: number): Promise<void>;
  close(): Promise<void>;
}
