import { isUtf8 } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, fsyncSync, lstatSync, mkdirSync, mkdtempSync, openSync, readdirSync, readSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { captured, type FileFacts, type Platform, type RunOptions, type RunResult } from './platform.ts';
import { chunk, makeFiles, makeSystemFiles } from './files.ts';
import { SystemError } from './system-error.ts';

function withErrno<T>(action: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof SystemError) throw error;
    throw new SystemError(code, action, path);
  }
}

function withFile<T>(path: string, flags: string, action: string, work: (fd: number) => T, mode?: number): T {
  const fd = withErrno(action, path, () => openSync(path, flags, mode));
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
}

function read(path: string, take: (chunk: Uint8Array) => void): void {
  const buffer = new Uint8Array(chunk);
  withFile(path, 'r', 'read', (fd) => {
    for (let length; (length = withErrno('read', path, () => readSync(fd, buffer, 0, buffer.length, null))) > 0;) take(buffer.subarray(0, length));
  });
}

function look(path: string): FileFacts | undefined {
  const facts = withErrno('look at', path, () => {
    try {
      return lstatSync(path);
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }
  });
  if (facts === undefined) return undefined;
  const kind = facts.isFile() ? 'file' : facts.isDirectory() ? 'directory' : facts.isSymbolicLink() ? 'link' : 'other';
  return { kind, size: facts.size, modified: Math.floor(facts.mtimeMs), mode: facts.mode & 0o7777, uid: facts.uid };
}

function readText(path: string, limit: number): string {
  const parts: Uint8Array[] = [];
  let size = 0;
  read(path, (bytes) => {
    size += bytes.length;
    if (size > limit) throw new SystemError('EFBIG', 'read', path);
    parts.push(bytes.slice());
  });
  const whole = Buffer.concat(parts);
  if (whole.includes(0) || !isUtf8(whole)) throw new SystemError('EILSEQ', 'read', path);
  return whole.toString();
}

const files = makeFiles(makeSystemFiles({
  look, readText,
  create: (path, text, mode) => { withErrno('write', path, () => { writeFileSync(path, text, { flag: 'wx', mode }); }); },
  makeOne: (path, mode) => { withErrno('make a folder', path, () => { mkdirSync(path, mode); }); },
}), {
  read,
  setMode: (path, mode) => { withErrno('change the mode', path, () => { chmodSync(path, mode); }); },
  sync: (path) => withFile(path, 'r', 'write', (fd) => { withErrno('write', path, () => { fsyncSync(fd); }); }),
  rename: (from, to) => { withErrno('put a file', to, () => { renameSync(from, to); }); },
  removeOne: (path) => { withErrno('remove', path, () => { (look(path)?.kind === 'directory' ? rmdirSync : unlinkSync)(path); }); },
  names: (path) => withErrno('list', path, () => readdirSync(path)),
});

function run(argv: readonly string[], environment: Readonly<Record<string, string | undefined>>, options: RunOptions = {}): RunResult {
  const folder = mkdtempSync(join(tmpdir(), 'cupel-run-'));
  const { stdout } = options;
  const outputs = { out: stdout !== undefined && 'file' in stdout ? stdout.file : join(folder, 'out'), err: join(folder, 'err') };
  try {
    const { status, signal, error } = withFile(options.stdin ?? '/dev/null', 'r', 'read', (input) =>
      withFile(outputs.out, 'w', 'write', (out) =>
        withFile(outputs.err, 'w', 'write', (err) =>
          spawnSync(argv[0] ?? '', argv.slice(1), { stdio: [input, out, err], env: { ...environment, ...options.env } })), 0o600));
    if (stdout !== undefined && 'take' in stdout) read(outputs.out, stdout.take);
    const exitCode = error !== undefined ? ((error as NodeJS.ErrnoException).code === 'ENOENT' ? 127 : 126) : signal === null ? status ?? 126 : 128 + constants.signals[signal];
    return { exitCode, stdout: stdout === undefined ? firstText(outputs.out) : '', stderr: firstText(outputs.err) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function firstText(path: string): string {
  const buffer = new Uint8Array(captured);
  return withFile(path, 'r', 'read', (fd) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(buffer.subarray(0, readSync(fd, buffer))));
}

/**
 * The system under Node, for tests: everything as in the image but for standard input, which is at its end.
 * @param args as the program would get them
 * @param environment whole, as children get it
 */
export function nodePlatform(args: readonly string[], environment: Readonly<Record<string, string | undefined>>, print: { out: (text: string) => void; error: (text: string) => void }): Platform {
  return {
    files,
    version: '0.0.0+node',
    args,
    env: (name) => environment[name],
    now: () => Date.now(),
    monotonic: () => performance.now(),
    terminal: false,
    receive: () => '',
    write: (...texts) => { print.out(texts.join('')); },
    writeError: print.error,
    byteLength: (text) => Buffer.byteLength(text),
    oneToOne: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'),
    asciiEnd: (bytes, from) => first(bytes, from, bytes.length, (byte) => !((byte >= 0x20 && byte < 0x80) || byte === 9 || byte === 10 || byte === 13)),
    special: (bytes, from, to) => first(bytes, from, to, (byte, at) => byte === 0x26 || byte === 0x0d || (byte === 0x5d && at + 2 < to && bytes[at + 1] === 0x5d && bytes[at + 2] === 0x3e)),
    run: (argv, options) => run(argv, environment, options),
    lock: (path) => {
      // The lock belongs to the open file, which stays open: flock(1) only takes it.
      const fd = withErrno('lock', path, () => openSync(path, 'a+', 0o600));
      const taken = spawnSync('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] }).status === 0;
      if (!taken) closeSync(fd);
      return taken;
    },
  };
}

function first(bytes: Uint8Array, from: number, to: number, is: (byte: number, at: number) => boolean): number {
  for (let at = from; at < to; at++) if (is(bytes[at] as number, at)) return at;
  return to;
}
