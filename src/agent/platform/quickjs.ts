import * as native from 'cupel-native';
import * as os from 'quickjs-os';
import * as std from 'quickjs-std';
import { errnoName } from './errno.ts';
import { type FileFacts, captured, type Platform, type RunOptions, type RunResult } from './platform.ts';
import { makeFiles, type Primitives } from './files.ts';
import { SystemError } from './system-error.ts';

const chunkSize = 1 << 17;

/** @throws SystemError for a negative errno */
function done(code: number, action: string, path: string): number {
  if (code < 0) throw new SystemError(errnoName(-code), action, path);
  return code;
}

function withFile<T>(path: string, flags: number, mode: number, action: string, work: (fd: number) => T): T {
  const fd = done(os.open(path, flags, mode), action, path);
  try {
    return work(fd);
  } finally {
    os.close(fd);
  }
}

function read(path: string, take: (chunk: Uint8Array) => void): void {
  const buffer = new ArrayBuffer(chunkSize);
  withFile(path, os.O_RDONLY, 0, 'read', (fd) => {
    for (let length; (length = done(os.read(fd, buffer, 0, chunkSize), 'read', path)) > 0;) take(new Uint8Array(buffer, 0, length));
  });
}

function writeAll(fd: number, bytes: ArrayBuffer, path: string): void {
  for (let at = 0; at < bytes.byteLength;) at += done(os.write(fd, bytes, at, bytes.byteLength - at), 'write', path);
}

function look(path: string): FileFacts | undefined {
  const [facts, errno] = os.lstat(path);
  if (facts === null) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoName(errno))) return undefined;
    throw new SystemError(errnoName(errno), 'look at', path);
  }
  const kinds: [number, FileFacts['kind']][] = [[os.S_IFREG, 'file'], [os.S_IFDIR, 'directory'], [os.S_IFLNK, 'link']];
  const kind = kinds.find(([bits]) => (facts.mode & os.S_IFMT) === bits)?.[1] ?? 'other';
  return { kind, size: facts.size, modified: Math.floor(facts.mtime), mode: facts.mode & 0o7777, uid: facts.uid };
}

const primitives: Primitives = {
  read, look,
  decode: (bytes) => native.decode(bytes.buffer as ArrayBuffer, bytes.length) ?? undefined,
  create: (path, text, mode) => withFile(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode, 'write', (fd) => { writeAll(fd, native.encode(text), path); }),
  setMode: (path, mode) => { done(native.chmod(path, mode), 'change the mode', path); },
  sync: (path) => { done(native.fsync(path), 'write', path); },
  rename: (from, to) => { done(os.rename(from, to), 'put a file', to); },
  removeOne: (path) => { done(os.remove(path), 'remove', path); },
  makeOne: (path, mode) => { done(os.mkdir(path, mode), 'make a folder', path); },
  names: (path) => {
    const [names, errno] = os.readdir(path);
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
  const input = done(os.open(options.stdin ?? '/dev/null', os.O_RDONLY), 'read', options.stdin ?? '/dev/null');
  const fds = [input];
  const pipe = (): [number, number] => {
    const ends = os.pipe();
    if (ends === null) throw new SystemError('EMFILE', 'start', argv[0] ?? '');
    fds.push(...ends);
    return ends;
  };
  const close = (fd: number): void => {
    os.close(fds.splice(fds.indexOf(fd), 1)[0] as number);
  };
  try {
    const { stdout } = options;
    const toFile = stdout !== undefined && 'file' in stdout;
    const [out, childOut] = toFile ? [-1, done(os.open(stdout.file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'write', stdout.file)] : pipe();
    if (toFile) fds.push(childOut);
    const [err, childErr] = pipe();
    const environment = Object.entries({ ...std.getenviron(), ...options.env }).map(([name, value]) => `${name}=${value}`);
    const pid = done(native.spawn(argv, environment, input, childOut, childErr), 'start', argv[0] ?? '');
    for (const fd of [input, childOut, childErr]) close(fd);
    const kept = { out: new Capture(), err: new Capture() };
    const taking = stdout !== undefined && 'take' in stdout ? stdout.take : (chunk: Uint8Array): void => { kept.out.take(chunk); };
    drain(out, taking, err, (chunk) => { kept.err.take(chunk); });
    const [, status] = os.waitpid(pid, 0);
    const signal = status & 0x7f;
    return { exitCode: signal === 0 ? (status >> 8) & 0xff : 128 + signal, stdout: kept.out.text(), stderr: kept.err.text() };
  } finally {
    for (const fd of [...fds]) close(fd);
  }
}

/** Reads both to their end, whichever has something; below 0 stands for one that is not there. */
function drain(first: number, takeFirst: (chunk: Uint8Array) => void, second: number, takeSecond: (chunk: Uint8Array) => void): void {
  const buffer = new ArrayBuffer(chunkSize);
  const open = [first, second];
  const take = [takeFirst, takeSecond];
  while (open.some((fd) => fd >= 0)) {
    const ready = done(native.wait(open[0] as number, open[1] as number, -1), 'wait for', 'a program');
    for (const at of [0, 1]) {
      if ((ready & (1 << at)) === 0) continue;
      const length = done(os.read(open[at] as number, buffer, 0, chunkSize), 'read', 'the output of a program');
      if (length === 0) open[at] = -1;
      else take[at]?.(new Uint8Array(buffer, 0, length));
    }
  }
}

/** A closed pipe at the other end is no failure of ours. */
function print(fd: number, text: string): void {
  const bytes = native.encode(text);
  for (let at = 0; at < bytes.byteLength;) {
    const written = os.write(fd, bytes, at, bytes.byteLength - at);
    if (written < 0) return;
    at += written;
  }
}

/** The system under QuickJS. */
export const platform: Platform = {
  files: makeFiles(primitives),
  version: native.version,
  args: scriptArgs.slice(1),
  env: (name) => std.getenv(name),
  now: () => Date.now(),
  monotonic: () => os.now(),
  sleep: (milliseconds) => os.sleep(milliseconds),
  input: {
    terminal: os.isatty(0) && os.isatty(1),
    read: (milliseconds) => {
      if (native.wait(0, -1, Math.max(0, Math.ceil(milliseconds))) <= 0) return 'late';
      const buffer = new ArrayBuffer(1 << 13);
      const length = os.read(0, buffer, 0, buffer.byteLength);
      // A connection that was reset is as closed as one that was ended.
      return length <= 0 ? 'closed' : new Uint8Array(buffer, 0, length);
    },
  },
  write: (text) => { print(1, text); },
  writeError: (text) => { print(2, text); },
  byteLength: (text) => native.encode(text).byteLength,
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
  return std.exit(code);
}
