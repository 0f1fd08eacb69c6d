import { EvidenceError } from '../../errors.ts';

/** The one way a document that is XML, but no assay, is refused. `code` comes after `arf-`. */
export function arfError(code: ArfErrorCode, message: string, subject?: string): EvidenceError {
  return new EvidenceError(`arf-${code}`, message, subject === undefined ? {} : { subject });
}

export type ArfErrorCode =
  | 'root' | 'no-results' | 'two-results' | 'misplaced-results' | 'empty' | 'incomplete' | 'time' | 'duplicate-rule' | 'unknown-result'
  | 'no-result' | 'unknown-rule' | 'benchmark' | 'severity' | 'number' | 'markup' | 'too-large';
