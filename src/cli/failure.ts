import { CupelError, ExitCode } from '../errors.ts';
import { hints } from './hints.ts';
import { redact } from './redact.ts';

export interface Failure {
  exitCode: ExitCode;
  /** Lines for a person: what happened, to what, what to do. */
  text: string;
}

/** Turns whatever was thrown into an exit code and the lines that explain it. */
export function describeFailure(error: unknown, verbose = false): Failure {
  if (error instanceof CupelError) {
    const remedy = error.remedy ?? hints[error.code];
    const lines = [`cupel: ${error.message} [${error.code}]`];
    if (remedy !== undefined) lines.push(`  remedy: ${remedy}`);
    if (verbose && error.cause !== undefined) lines.push(`  cause: ${describeCause(error.cause)}`);
    return { exitCode: error.exitCode, text: redact(lines.join('\n')) };
  }
  return {
    exitCode: ExitCode.internal,
    text: redact(`cupel: internal error: ${describeCause(error)}\n  remedy: this is a defect in Cupel; please report it with the lines above`),
  };
}

function describeCause(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
