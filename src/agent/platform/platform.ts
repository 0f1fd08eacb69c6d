/**
 * What the agent asks of the system it runs on: all of it, and nothing else. Two implementations: QuickJS in the image,
 * Node in tests. Everything is synchronous: one short-lived process that does one thing.
 */

/** What both programs ask, and all that the exporter can do: it is made anew for every client, so there is little of it. */
export interface System {
  readonly files: SystemFiles;
  /** Of the agent as it was built: the package's version and a digest of what went into it, `0.1.0+1f2e3d4c5b6a`. */
  readonly version: string;
  /** Arguments, without the program's own name. */
  readonly args: readonly string[];
  env(name: string): string | undefined;
  /** Milliseconds since 1970, whole, by a clock that may be set. */
  now(): number;
  /** Milliseconds of a clock that is never set; only differences mean something. */
  monotonic(): number;
  /**
   * Waits for what comes next on standard input.
   * @returns a character for each byte; empty at the end of the input, `undefined` when nothing came within so many milliseconds
   */
  receive(milliseconds: number): string | undefined;
  /** Texts in UTF-8, in one piece, to standard output. Output that nobody reads any more is dropped. */
  write(...texts: string[]): void;
  /** A text to standard error. */
  writeError(text: string): void;
  /** Bytes of a text in UTF-8. */
  byteLength(text: string): number;
}

/** What the scanner asks. */
export interface Platform extends System {
  readonly files: Files;
  /** Whether standard input and output are a terminal. */
  readonly terminal: boolean;
  /** A string with one character for each byte, fast. */
  readonly oneToOne: (bytes: Uint8Array) => string;
  /** Both as in `XmlLimits`. */
  readonly asciiEnd: (bytes: Uint8Array, from: number) => number;
  readonly special: (bytes: Uint8Array, from: number, to: number) => number;
  /** Runs a program to its end; it does not outlive this process. */
  run(argv: readonly string[], options?: RunOptions): RunResult;
  /**
   * Takes a lock that lasts until this process ends, however it ends.
   * @returns false when another process holds it
   */
  lock(path: string): boolean;
}

export interface FileFacts {
  kind: 'file' | 'directory' | 'link' | 'other';
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970, whole. */
  modified: number;
  /** Permission bits. */
  mode: number;
  uid: number;
}

/** Every method throws SystemError for what the system refuses. */
export interface SystemFiles {
  /** A link is not followed; `undefined` when there is nothing. */
  look(path: string): FileFacts | undefined;
  /** A whole file as text, UTF-8. @throws SystemError `EFBIG` when it is longer than `limit` bytes, `EILSEQ` when it is not UTF-8 or holds NUL */
  readText(path: string, limit: number): string;
  /** A file that is not there yet. @throws SystemError `EEXIST` */
  create(path: string, text: string, mode: number): void;
  /** Makes a folder and those above it; one that is there keeps its mode. */
  makeFolder(path: string, mode: number): void;
}

export interface Files extends SystemFiles {
  /** Hands over a file in chunks; a chunk is only good until `take` returns. */
  read(path: string, take: (chunk: Uint8Array) => void): void;
  /**
   * Writes a file so that at any moment, whatever happens, either the old one or the whole new one is there:
   * beside it, fsync, rename, fsync of the folder.
   */
  write(path: string, text: string, mode: number): void;
  /** Puts a finished file in the place of another, as `write` does. Both on the same file system. */
  replace(finished: string, path: string): void;
  /** Names in a folder, sorted, without `.` and `..`; none when there is no such folder. */
  list(path: string): string[];
  /** Removes a file or a folder with everything in it; nothing there is no error. */
  remove(path: string): void;
  setMode(path: string, mode: number): void;
}

export interface RunOptions {
  /** File to read as standard input; nothing when left out. */
  stdin?: string;
  /** File for standard output (mode 0600), or who takes it chunk by chunk; kept in the result when left out. */
  stdout?: { file: string } | { take: (chunk: Uint8Array) => void };
  /** Added to this process' environment. */
  env?: Readonly<Record<string, string>>;
}

export interface RunResult {
  /** 127 when there is no such program, 126 when it cannot be started, 128 + signal when a signal ended it. */
  exitCode: number;
  /** The first `captured` bytes; what follows is read and dropped. What is not UTF-8 becomes U+FFFD. */
  stdout: string;
  stderr: string;
}

/** Bytes kept of what a program prints. */
export const captured = 4 * 1024 * 1024;
