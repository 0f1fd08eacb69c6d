import type { FileFacts, Files } from './platform.ts';
import { isSystemError, SystemError } from './system-error.ts';

/** The few calls that differ between the platforms; all throw SystemError. */
export interface Primitives {
  /** @param most bytes of a chunk */
  read: (path: string, take: (chunk: Uint8Array) => void, most: number) => void;
  look: (path: string) => FileFacts | undefined;
  /** `undefined` for bytes that are not UTF-8, and for NUL among them: no text has that, a file that a crash left may. */
  decode: (bytes: Uint8Array) => string | undefined;
  /** Fails when the file is there. */
  create: (path: string, text: string, mode: number) => void;
  setMode: (path: string, mode: number) => void;
  sync: (path: string) => void;
  rename: (from: string, to: string) => void;
  /** A file, a link or an empty folder. */
  removeOne: (path: string) => void;
  makeOne: (path: string, mode: number) => void;
  names: (path: string) => string[];
}

/** Bytes of a chunk. What is read as text is short, as a rule. */
export const chunk = { long: 1 << 17, short: 1 << 14 };

/** What both platforms do alike. */
export function makeFiles(primitives: Primitives): Files {
  const { look, setMode, removeOne } = primitives;

  const replace = (finished: string, path: string): void => {
    primitives.sync(finished);
    primitives.rename(finished, path);
    primitives.sync(folderOf(path));
  };

  const list = (path: string): string[] => {
    try {
      return primitives.names(path).filter((name) => name !== '.' && name !== '..').sort();
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return [];
      throw error;
    }
  };

  const remove = (path: string): void => {
    try {
      if (look(path)?.kind === 'directory') for (const name of list(path)) remove(`${path}/${name}`);
      removeOne(path);
    } catch (error) {
      if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
    }
  };

  return {
    look, list, remove, replace, setMode,
    read: (path, take) => { primitives.read(path, take, chunk.long); },
    readText: (path, limit) => {
      const parts: Uint8Array[] = [];
      let size = 0;
      primitives.read(path, (bytes) => {
        size += bytes.length;
        if (size > limit) throw new SystemError('EFBIG', 'read', path);
        parts.push(bytes.slice());
      }, chunk.short);
      const text = primitives.decode(joined(parts, size));
      if (text === undefined) throw new SystemError('EILSEQ', 'read', path);
      return text;
    },
    write: (path, text, mode) => {
      // One name for one file: what a crash left is taken away by the next writer, of whom there is one at a time.
      const part = `${folderOf(path)}/.${path.slice(path.lastIndexOf('/') + 1)}.part`;
      remove(part);
      try {
        primitives.create(part, text, mode);
        setMode(part, mode);
        replace(part, path);
      } catch (error) {
        remove(part);
        throw error;
      }
    },
    makeFolder: (path, mode) => {
      const parts = path.split('/');
      for (let depth = path.startsWith('/') ? 2 : 1; depth <= parts.length; depth++) {
        const folder = parts.slice(0, depth).join('/');
        try {
          if (look(folder) === undefined) primitives.makeOne(folder, depth === parts.length ? mode : 0o755);
        } catch (error) {
          if (!isSystemError(error, 'EEXIST')) throw error;
        }
      }
    },
  };
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash) || '/';
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
