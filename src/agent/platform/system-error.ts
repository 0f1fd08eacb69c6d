/** Something that the operating system refused. */
export class SystemError extends Error {
  /** As errno names it: `ENOENT`, `ENOSPC`, `EACCES`, …; `errno 999` for one without a name here. */
  readonly code: string;
  readonly path: string;

  constructor(code: string, action: string, path: string) {
    super(`${path}: cannot ${action} (${code})`);
    this.name = 'SystemError';
    this.code = code;
    this.path = path;
  }
}

/** Whether the error is that of the operating system with this name. */
export function isSystemError(error: unknown, ...codes: string[]): error is SystemError {
  return error instanceof SystemError && (codes.length === 0 || codes.includes(error.code));
}
