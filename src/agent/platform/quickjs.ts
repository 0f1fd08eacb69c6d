import * as native from 'cupel-native';
// By name: an object of all that these modules have would be made at every start.
import { O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, close as closeFd, isatty, mkdir, now as monotonic, open as openFd, pipe as makePipe, read as readFd, readdir, remove as removeEntry, rename as renameEntry, sleep as sleepFor, waitpid, write as writeFd } from 'quickjs-os';
import { exit as exitWith, getenv, getenviron } from 'quickjs-std';
import { errnoName } from './errno.ts';
import { type FileFacts, captured, type Platform, type RunOptions, type RunResult } from './platform.ts';
import { chunk, makeFiles, type Primitives } from './files.ts';
import { SystemError } from './system-error.ts';

const kinds: ReadonlyMap<number, FileFacts['kind']> = new Map([[S_IFREG, 'file'], [S_IFDIR, 'directory'], [S_IFLNK, 'link']]);

/** @throws SystemError for a negative errno */
function done(code: number, action: string, path: string): number {
  if (code < 0) throw new SystemError(errnoName(-code), action, path);
  return code;
}

function withFile<T>(path: string, flags: number, mode: number, action: string, work: (fd: number) => T): T {
  const fd = done(openFd(path, flags, mode), action, path);
  try {
    return work(fd);
  } finally {
    closeFd(fd);
  }
}

function read(path: string, take: (chunk: Uint8Array) => void, most: number): void {
  const buffer = new ArrayBuffer(most);
  withFile(path, O_RDONLY, 0, 'read', (fd) => {
    for (let length; (length = done(readFd(fd, buffer, 0, most), 'read', path)) > 0;) take(new Uint8Array(buffer, 0, length));
  });
}

function writeAll(fd: number, bytes: ArrayBuffer, path: string): void {
  for (let at = 0; at < bytes.byteLength;) at += done(writeFd(fd, bytes, at, bytes.byteLength - at), 'write', path);
}

function look(path: string): FileFacts | undefined {
  const facts = native.look(path);
  if (typeof facts === 'number') {
    const name = errnoName(-facts);
    if (name === 'ENOENT' || name === 'ENOTDIR') return undefined;
    throw new SystemError(name, 'look at', path);
  }
  const [mode, size, modified, uid] = facts;
  return { kind: kinds.get(mode & S_IFMT) ?? 'other', size, modified, mode: mode & 0o7777, uid };
}

const primitives: Primitives = {
  read, look,
  decode: (bytes) => native.decode(bytes.buffer as ArrayBuffer, bytes.length) ?? undefined,
  create: (path, text, mode) => withFile(path, O_WRONLY | O_CREAT | O_EXCL, mode, 'write', (fd) => { writeAll(fd, native.encode(text), path); }),
  setMode: (path, mode) => { done(native.chmod(path, mode), 'change the mode', path); },
  sync: (path) => { done(native.fsync(path), 'write', path); },
  rename: (from, to) => { done(renameEntry(from, to), 'put a file', to); },
  removeOne: (path) => { done(removeEntry(path), 'remove', path); },
  makeOne: (path, mode) => { done(mkdir(path, mode), 'make a folder', path); },
  names: (path) => {
    const [names, errno] = readdir(path);
    if (errno !== 0) throw new SystemError(errnoName(errno), 'list', path);
    return names;
  },
};

/** What arrives beyond `captured` bytes is dropped. */
class Capture {
  private readonly parts: Uint8Array[] = [];
  private size = 0;

  take(chunk: Uint8Array): void {
    const part = chunk.slice(0, captured - this.size);
    this.size += part.length;
    if (part.length > 0) this.parts.push(part);
  }

  text(): string {
    const whole = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.parts) {
      whole.set(part, at);
      at += part.length;
    }
    return native.decode(whole.buffer, whole.length) ?? lossy(whole);
  }
}

/** Output that is not UTF-8 is only ever shown: ASCII stays, the rest becomes U+FFFD. */
function lossy(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : '\uFFFD')).join('');
}

function run(argv: readonly string[], options: RunOptions = {}): RunResult {
  const input = done(openFd(options.stdin ?? '/dev/null', O_RDONLY), 'read', options.stdin ?? '/dev/null');
  const fds = [input];
  const pipe = (): [number, number] => {
    const ends = makePipe();
    if (ends === null) throw new SystemError('EMFILE', 'start', argv[0] ?? '');
    fds.push(...ends);
    return ends;
  };
  const close = (fd: number): void => {
    closeFd(fds.splice(fds.indexOf(fd), 1)[0] as number);
  };
  try {
    const { stdout } = options;
    const toFile = stdout !== undefined && 'file' in stdout;
    const [out, childOut] = toFile ? [-1, done(openFd(stdout.file, O_WRONLY | O_CREAT | O_TRUNC, 0o600), 'write', stdout.file)] : pipe();
    if (toFile) fds.push(childOut);
    const [err, childErr] = pipe();
    const environment = Object.entries({ ...getenviron(), ...options.env }).map(([name, value]) => `${name}=${value}`);
    const pid = done(native.spawn(argv, environment, input, childOut, childErr), 'start', argv[0] ?? '');
    for (const fd of [input, childOut, childErr]) close(fd);
    const kept = { out: new Capture(), err: new Capture() };
    const taking = stdout !== undefined && 'take' in stdout ? stdout.take : (chunk: Uint8Array): void => { kept.out.take(chunk); };
    drain(out, taking, err, (chunk) => { kept.err.take(chunk); });
    const [, status] = waitpid(pid, 0);
    const signal = status & 0x7f;
    return { exitCode: signal === 0 ? (status >> 8) & 0xff : 128 + signal, stdout: kept.out.text(), stderr: kept.err.text() };
  } finally {
    for (const fd of [...fds]) close(fd);
  }
}

/** Reads both to their end, whichever has something; below 0 stands for one that is not there. */
function drain(first: number, takeFirst: (chunk: Uint8Array) => void, second: number, takeSecond: (chunk: Uint8Array) => void): void {
  const buffer = new ArrayBuffer(chunk.long);
  const open = [first, second];
  const take = [takeFirst, takeSecond];
  while (open.some((fd) => fd >= 0)) {
    const ready = done(native.wait(open[0] as number, open[1] as number, -1), 'wait for', 'a program');
    for (const at of [0, 1]) {
      if ((ready & (1 << at)) === 0) continue;
      const length = done(readFd(open[at] as number, buffer, 0, chunk.long), 'read', 'the output of a program');
      if (length === 0) open[at] = -1;
      else take[at]?.(new Uint8Array(buffer, 0, length));
    }
  }
}

/** A closed pipe at the other end is no failure of ours. */
function print(fd: number, output: string | Uint8Array): void {
  const bytes = typeof output === 'string' ? native.encode(output) : output.buffer as ArrayBuffer;
  for (let at = 0; at < bytes.byteLength;) {
    const written = writeFd(fd, bytes, at, bytes.byteLength - at);
    if (written < 0) return;
    at += written;
  }
}

/** The system under QuickJS. */
export const platform: Platform = {
  files: makeFiles(primitives),
  version: native.version,
  args: scriptArgs.slice(1),
  env: (name) => getenv(name),
  now: () => Date.now(),
  monotonic,
  sleep: (milliseconds) => sleepFor(milliseconds),
  input: {
    terminal: isatty(0) && isatty(1),
    read: (milliseconds) => {
      if (native.wait(0, -1, Math.max(0, Math.ceil(milliseconds))) <= 0) return 'late';
      const buffer = new ArrayBuffer(1 << 13);
      const length = readFd(0, buffer, 0, buffer.byteLength);
      // A connection that was reset is as closed as one that was ended.
      return length <= 0 ? 'closed' : new Uint8Array(buffer, 0, length);
    },
  },
  write: (output) => { print(1, output); },
  writeError: (text) => { print(2, text); },
  encode: (text) => new Uint8Array(native.encode(text)),
  oneToOne: (bytes) => native.oneToOne(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteOffset + bytes.length),
  asciiEnd: (bytes, from) => native.asciiEnd(bytes.buffer as ArrayBuffer, bytes.byteOffset + from, bytes.byteOffset + bytes.length) - bytes.byteOffset,
  special: (bytes, from, to) => native.special(bytes.buffer as ArrayBuffer, bytes.byteOffset + from, bytes.byteOffset + to) - bytes.byteOffset,
  run,
  lock: (path) => {
    const code = native.lock(path);
    return code !== -11 && done(code, 'lock', path) === 0;
  },
};

/** Ends the process. */
export function exit(code: number): never {
  return exitWith(code);
}
