import { ConfigurationError } from '../errors.ts';

/** One thing that is wrong with a baseline, and where. */
export interface Problem {
  /** kebab-case and stable, for example `unknown-rule`. */
  code: string;
  /** The file as the reader would open it. */
  file: string;
  /** Both from 1. */
  line: number;
  column: number;
  /** What is wrong, without a final full stop. */
  what: string;
  /** The nearest name that would have been right. */
  nearest?: string;
  /** What to do about it. */
  remedy: string;
}

/** Where something was written. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** A value and where it was written, so that a later check can still point at it. */
export interface Located<T> extends Place {
  value: T;
}

/** `file:line:column: what; did you mean "x"; remedy` */
export function describeProblem(problem: Problem): string {
  const nearest = problem.nearest === undefined ? '' : `; did you mean "${problem.nearest}"`;
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.what}${nearest}; ${problem.remedy}`;
}

/** In the order a reader meets them: file by file, from top to bottom. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return [...problems].sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column);
}

/** Everything that is wrong with a baseline, at once. */
export class BaselineError extends ConfigurationError {
  readonly problems: readonly Problem[];

  /** @param found at least one */
  constructor(found: readonly Problem[]) {
    const problems = inOrder(found);
    const [first] = problems;
    const code = problems.length === 1 && first ? `baseline-${first.code}` : 'baseline-invalid';
    super(code, problems.map(describeProblem).join('\n'), first ? { subject: `${first.file}:${first.line}:${first.column}` } : {});
    this.problems = problems;
  }
}
