import { EvidenceError } from '../errors.ts';

/**
 * The one way this folder refuses a document.
 *
 * @param code kebab-case after `xml-`
 * @param offset byte offset in the document, from 0
 */
export function xmlError(code: XmlErrorCode, offset: number, what: string): EvidenceError {
  return new EvidenceError(`xml-${code}`, `XML byte ${offset}: ${what}`, { subject: `byte ${offset}` });
}

export type XmlErrorCode =
  | 'truncated' | 'empty' | 'doctype' | 'encoding' | 'character' | 'malformed' | 'mismatch' | 'duplicate-attribute'
  | 'undefined-prefix' | 'undefined-entity' | 'namespace' | 'outside-root' | 'too-deep' | 'too-long' | 'too-many-names';
