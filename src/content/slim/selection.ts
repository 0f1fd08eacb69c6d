import type { Piece } from './outline.ts';
import type { SlimOptions } from './subject.ts';

const ocil = 'http://scap.nist.gov/schema/ocil/2';
const shell = 'urn:xccdf:fix:script:sh';
const prose = new Set(['description', 'rationale', 'warning', 'question', 'fixtext']);
const usedReference = /^https?:\/\/((www\.)?cisecurity\.org\/benchmark\/|nvlpubs\.nist\.gov\/nistpubs\/SpecialPublications\/NIST\.SP\.800-53)/;

/** Whether a child of a kept group, rule or value is of no use to evaluation, remediation or reports. */
export function goes(item: Piece, child: Piece, options: SlimOptions): boolean {
  const { local, attributes } = child;
  // No engine answers a questionnaire. One inside a complex-check stays, since it takes part in its logic.
  if (local === 'check') return attributes['system'] === ocil;
  if (local === 'fix') return options.fixes !== true && attributes['system'] !== shell;
  if (local === 'reference') return options.references !== true && !usedReference.test(attributes['href'] ?? '');
  return options.descriptions !== true && item.local !== 'Profile' && prose.has(local);
}
