import type { Files, SystemFiles } from './platform.ts';
import { isSystemError } from './system-error.ts';

/** The few calls that differ between the platforms; all throw SystemError. */
export interface Primitives {
  /** Both as in `SystemFiles`. */
  look: SystemFiles['look'];
  readText: SystemFiles['readText'];
  create: SystemFiles['create'];
  makeOne: (path: string, mode: number) => void;
}

export interface ScannerPrimitives {
  read: Files['read'];
  setMode: Files['setMode'];
  sync: (path: string) => void;
  rename: (from: string, to: string) => void;
  /** A file, a link or an empty folder. */
  removeOne: (path: string) => void;
  /** With or without `.` and `..`. */
  names: (path: string) => string[];
}

/** Bytes of a chunk. */
export const chunk = 1 << 17;

/** What both programs have. */
export function makeSystemFiles({ look, readText, create, makeOne }: Primitives): SystemFiles {
  return {
    look, readText, create,
    makeFolder: (path, mode) => {
      const parts = path.split('/');
      for (let depth = path.startsWith('/') ? 2 : 1; depth <= parts.length; depth++) {
        const folder = parts.slice(0, depth).join('/');
        try {
          if (look(folder) === undefined) makeOne(folder, depth === parts.length ? mode : 0o755);
        } catch (error) {
          if (!isSystemError(error, 'EEXIST')) throw error;
        }
      }
    },
  };
}

/** What the scanner has beside. */
export function makeFiles(files: SystemFiles, primitives: ScannerPrimitives): Files {
  const { read, setMode, removeOne } = primitives;

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
      if (files.look(path)?.kind === 'directory') for (const name of list(path)) remove(`${path}/${name}`);
      removeOne(path);
    } catch (error) {
      if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
    }
  };

  return {
    ...files, read, list, remove, replace, setMode,
    write: (path, text, mode) => {
      // One name for one file: what a crash left is taken away by the next writer, of whom there is one at a time.
      const part = `${folderOf(path)}/.${path.slice(path.lastIndexOf('/') + 1)}.part`;
      remove(part);
      try {
        files.create(part, text, mode);
        setMode(part, mode);
        replace(part, path);
      } catch (error) {
        remove(part);
        throw error;
      }
    },
  };
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash) || '/';
}
