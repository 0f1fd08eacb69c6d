/**
 * The error hierarchy. A class says what kind of failure it is and so which exit code it has;
 * `code` names the exact failure for machines and for the hint table in `cli/hints.ts`.
 */

/** Exit codes of every command (documented in docs/exit-codes.md). */
export const ExitCode = {
  ok: 0,
  internal: 1,
  refused: 2,
  evidence: 3,
  target: 4,
  usage: 64,
  configuration: 78,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export interface ErrorDetails {
  /** The underlying error, kept for the log. */
  cause?: unknown;
  /** What the reader should do about it, when only the place of the error knows. */
  remedy?: string;
  /** What it happened to: `file:line:column`, a rule id, a host. */
  subject?: string;
}

export abstract class CupelError extends Error {
  abstract readonly exitCode: ExitCode;
  readonly code: string;
  readonly remedy: string | undefined;
  readonly subject: string | undefined;

  /**
   * @param code kebab-case and stable, for example `arf-truncated`
   * @param message one sentence without a final full stop; starts with what it happened to
   */
  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.remedy = details.remedy;
    this.subject = details.subject;
  }
}

/** The gate said no. Never used for "could not tell". */
export class RefusedError extends CupelError {
  readonly exitCode = ExitCode.refused;
}

/** Evidence is missing, broken or not trusted: nothing can be said of the target. */
export class EvidenceError extends CupelError {
  readonly exitCode = ExitCode.evidence;
}

/** The target failed: unreachable, locked out, out of space, did not come back from a reboot. */
export class TargetError extends CupelError {
  readonly exitCode = ExitCode.target;
}

/** The command line is wrong. */
export class UsageError extends CupelError {
  readonly exitCode = ExitCode.usage;
}

/** A baseline, a configuration file or the SCAP content is wrong. */
export class ConfigurationError extends CupelError {
  readonly exitCode = ExitCode.configuration;
}
