import { isDeepStrictEqual } from 'node:util';
import { EvidenceError } from '../../errors.ts';
import type { Contents } from '../bundle/index.ts';
import type { Appraisal } from './appraise.ts';
import { extension, type Statement } from './model.ts';
import { stateOf } from './state.ts';

/** Holds the files against the digests in the statement. @throws EvidenceError `statement-files`, `digest-mismatch` */
export function assertDigests(statement: Statement, contents: Contents, state: Statement['subject']): void {
  const [, ...claimed] = statement.subject;
  const claims = new Map(claimed.map(({ name, digest }) => [name, digest.sha256]));
  if (claims.size !== claimed.length) throw new EvidenceError('statement-files', 'the statement names a file twice');
  for (const { name, digest } of state) {
    const claim = claims.get(name);
    if (claim === undefined) throw new EvidenceError('statement-files', `the statement says nothing of ${name}`, { subject: name });
    if (claim !== digest.sha256) throw new EvidenceError('digest-mismatch', `${name} is not the file that was signed`, { subject: name });
  }
  const missing = [...claims.keys()].find((name) => !contents.has(name));
  if (missing !== undefined) throw new EvidenceError('statement-files', `${missing} was signed, but is not there`, { subject: missing });
}

/**
 * Holds each claim of the statement against what the evidence says by itself.
 * @throws EvidenceError `statement-run`, `statement-image`, `statement-mismatch`
 */
export function assertAgreement(statement: Statement, contents: Contents, appraisal: Appraisal): void {
  const claims = statement.predicate[extension];
  if (claims.run !== appraisal.verdict.run) throw new EvidenceError('statement-run', `the statement is of run ${claims.run}, the verdict of run ${appraisal.verdict.run}`);
  if (claims.image !== appraisal.verdict.target) throw new EvidenceError('statement-image', `the statement is of image ${claims.image}, the verdict of ${appraisal.verdict.target}`);
  // Who signed, and with what program, is no matter of the evidence.
  const stated = stateOf(contents, appraisal, claims.signer, claims.producer);
  const differing = firstDifference(statement, stated);
  if (differing !== undefined) throw new EvidenceError('statement-mismatch', `the statement's ${differing} is not what the evidence says`);
}

/** The path of the first value that differs. */
function firstDifference(left: unknown, right: unknown, path = ''): string | undefined {
  if (isDeepStrictEqual(left, right)) return undefined;
  if (!isObject(left) || !isObject(right)) return path;
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const found = firstDifference(left[key], right[key], path === '' ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return path;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
