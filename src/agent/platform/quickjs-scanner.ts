import * as native from 'cupel-scanner';
import { done, given } from './errno.ts';
import { chunk, makeFiles, type ScannerPrimitives } from './files.ts';
import { captured, type Platform, type RunOptions, type RunResult } from './platform.ts';
import { system } from './quickjs.ts';

function read(path: string, take: (chunk: Uint8Array) => void): void {
  const fd = done(native.openToRead(path), 'read', path);
  try {
    const buffer = new ArrayBuffer(chunk);
    for (let length; (length = done(native.read(fd, buffer, chunk), 'read', path)) > 0;) take(new Uint8Array(buffer, 0, length));
  } finally {
    native.close(fd);
  }
}

const primitives: ScannerPrimitives = {
  read,
  setMode: (path, mode) => { done(native.chmod(path, mode), 'change the mode', path); },
  sync: (path) => { done(native.fsync(path), 'write', path); },
  rename: (from, to) => { done(native.rename(from, to), 'put a file', to); },
  removeOne: (path) => { done(native.remove(path), 'remove', path); },
  names: (path) => given(native.names(path), 'list', path),
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
  const input = done(native.openToRead(options.stdin ?? '/dev/null'), 'read', options.stdin ?? '/dev/null');
  const fds = [input];
  const pipe = (): [number, number] => {
    const ends = given(native.pipe(), 'start', argv[0] ?? '');
    fds.push(...ends);
    return ends;
  };
  const close = (fd: number): void => {
    native.close(fds.splice(fds.indexOf(fd), 1)[0] as number);
  };
  try {
    const { stdout } = options;
    const toFile = stdout !== undefined && 'file' in stdout;
    const [out, childOut] = toFile ? [-1, done(native.openToWrite(stdout.file, 0o600), 'write', stdout.file)] : pipe();
    if (toFile) fds.push(childOut);
    const [err, childErr] = pipe();
    const pid = done(native.spawn(argv, environmentWith(options.env ?? {}), input, childOut, childErr), 'start', argv[0] ?? '');
    for (const fd of [input, childOut, childErr]) close(fd);
    const kept = { out: new Capture(), err: new Capture() };
    const taking = stdout !== undefined && 'take' in stdout ? stdout.take : (chunk: Uint8Array): void => { kept.out.take(chunk); };
    drain(out, taking, err, (chunk) => { kept.err.take(chunk); });
    const [exitCode, signal] = given(native.ended(pid), 'wait for', argv[0] ?? '');
    return { exitCode: signal === 0 ? exitCode : 128 + signal, stdout: kept.out.text(), stderr: kept.err.text() };
  } finally {
    for (const fd of [...fds]) close(fd);
  }
}

function environmentWith(added: Readonly<Record<string, string>>): string[] {
  const inherited = native.environment().filter((entry) => !Object.hasOwn(added, entry.slice(0, entry.indexOf('='))));
  return [...inherited, ...Object.entries(added).map(([name, value]) => `${name}=${value}`)];
}

/** Reads both to their end, whichever has something; below 0 stands for one that is not there. */
function drain(first: number, takeFirst: (chunk: Uint8Array) => void, second: number, takeSecond: (chunk: Uint8Array) => void): void {
  const buffer = new ArrayBuffer(chunk);
  const open = [first, second];
  const take = [takeFirst, takeSecond];
  while (open.some((fd) => fd >= 0)) {
    const ready = done(native.wait(open[0] as number, open[1] as number, -1), 'wait for', 'a program');
    for (const at of [0, 1]) {
      if ((ready & (1 << at)) === 0) continue;
      const length = done(native.read(open[at] as number, buffer, chunk), 'read', 'the output of a program');
      if (length === 0) open[at] = -1;
      else take[at]?.(new Uint8Array(buffer, 0, length));
    }
  }
}

/** The system under QuickJS, for the scanner. */
export const platform: Platform = {
  ...system,
  files: makeFiles(system.files, primitives),
  terminal: native.isTerminal(0) === 1 && native.isTerminal(1) === 1,
  oneToOne: (bytes) => native.oneToOne(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteOffset + bytes.length),
  asciiEnd: (bytes, from) => native.asciiEnd(bytes.buffer as ArrayBuffer, bytes.byteOffset + from, bytes.byteOffset + bytes.length) - bytes.byteOffset,
  special: (bytes, from, to) => native.special(bytes.buffer as ArrayBuffer, bytes.byteOffset + from, bytes.byteOffset + to) - bytes.byteOffset,
  run,
  lock: (path) => {
    const code = native.lock(path);
    return code !== -11 && done(code, 'lock', path) === 0;
  },
};
