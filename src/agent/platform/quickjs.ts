// By name: an object of all that a module has would be made at every start.
import { byteLength, create, exit, getenv, look as lookAt, makeFolder, monotonic, now, readText, receive, version, write } from 'cupel-native';
import { done, errnoName, given } from './errno.ts';
import { makeSystemFiles } from './files.ts';
import type { FileFacts, System } from './platform.ts';
import { SystemError } from './system-error.ts';

function look(path: string): FileFacts | undefined {
  const facts = lookAt(path);
  if (typeof facts === 'number') {
    const name = errnoName(-facts);
    if (name === 'ENOENT' || name === 'ENOTDIR') return undefined;
    throw new SystemError(name, 'look at', path);
  }
  const [mode, size, modified, uid] = facts;
  return { kind: kindOf(mode), size, modified, mode: mode & 0o7777, uid };
}

/** By S_IFMT. */
function kindOf(mode: number): FileFacts['kind'] {
  switch (mode & 0o170000) {
    case 0o100000: return 'file';
    case 0o040000: return 'directory';
    case 0o120000: return 'link';
    default: return 'other';
  }
}

/** The system under QuickJS. */
export const system: System = {
  files: makeSystemFiles({
    look,
    readText: (path, limit) => given(readText(path, limit), 'read', path),
    create: (path, text, mode) => { done(create(path, text, mode), 'write', path); },
    makeOne: (path, mode) => { done(makeFolder(path, mode), 'make a folder', path); },
  }),
  version,
  args: scriptArgs.slice(1),
  env: getenv,
  now,
  monotonic,
  receive: (milliseconds) => receive(Math.max(0, Math.ceil(milliseconds))) ?? undefined,
  write: (...texts) => { write(1, ...texts); },
  writeError: (text) => { write(2, text); },
  byteLength,
};

/** Ends the process. */
export { exit };
