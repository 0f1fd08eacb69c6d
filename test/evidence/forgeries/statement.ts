import { statementFile } from '../../../src/evidence/bundle/index.ts';
import { identityDigest } from '../../../src/evidence/statement/identity.ts';
import { image, otherRun } from '../sample.ts';
import { changed, claims, type Forgery, type Loose, put, resign, signText, textOf } from './forging.ts';

const statement = (change: (statement: Loose) => void): Forgery['make'] => () => changed((contents) => resign(contents, change));
const claim = (value: unknown, ...path: (string | number)[]): Forgery['make'] => statement((held) => { put(held, value, 'predicate', claims, ...path); });
const subjects = (held: Loose): { name: string; uri?: string; digest: { sha256: string } }[] => held['subject'] as { name: string; digest: { sha256: string } }[];
const signedText = (change: (text: string) => string): Forgery['make'] => () => changed((contents) => signText(contents, change(textOf(contents, statementFile))));

/** The evidence is true; what is said of it is not, and the trusted key signed it. */
export const statementForgeries: readonly Forgery[] = [
  { name: 'a statement of another kind', code: 'json-schema', make: statement((held) => { put(held, 'https://slsa.dev/provenance/v1', 'predicateType'); }) },
  { name: 'a statement of an older version', code: 'json-schema', make: statement((held) => { put(held, 'https://in-toto.io/Statement/v0.1', '_type'); }) },
  { name: 'a result of FAILED', code: 'json-schema', make: statement((held) => { put(held, 'FAILED', 'predicate', 'result'); }) },
  { name: 'a claim that no statement has', code: 'json-schema', make: claim('yes', 'approved') },
  { name: 'a claim left out', code: 'json-schema', make: claim(undefined, 'baseline') },
  { name: 'an image that is a path', code: 'json-schema', make: claim('../../etc/cron.d/x', 'image') },
  { name: 'an image with a line break', code: 'json-schema', make: claim('debian12\nVERIFIED', 'image') },
  { name: 'a run that is no UUID', code: 'json-schema', make: claim('../../etc', 'run') },
  { name: 'a claim made twice', code: 'json-ambiguous', make: signedText((text) => text.replace('"evaluated": 5', '"evaluated": 500,\n      "evaluated": 5')) },
  { name: 'a number written in another way', code: 'json-ambiguous', make: signedText((text) => text.replace('"evaluated": 5', '"evaluated": 5.0')) },
  { name: 'a file that the statement leaves out', code: 'statement-files', make: statement((held) => { subjects(held).splice(3, 1); }) },
  { name: 'a file that the statement names twice', code: 'statement-files', make: statement((held) => { subjects(held).push(subjects(held)[2]!); }) },
  { name: 'a file that is signed and not there', code: 'statement-files', make: statement((held) => { subjects(held).push({ name: 'report.html', digest: { sha256: 'a'.repeat(64) } }); }) },
  { name: 'a wrong digest', code: 'digest-mismatch', make: statement((held) => { subjects(held)[2]!.digest.sha256 = 'a'.repeat(64); }) },
  { name: 'files in another order', code: 'statement-mismatch', make: statement((held) => { const [first, ...rest] = subjects(held); put(held, [first, ...rest.reverse()], 'subject'); }) },
  { name: 'another image as its first subject', code: 'statement-mismatch', make: statement((held) => { put(held, { name: image, uri: `urn:uuid:${otherRun}`, digest: { sha256: identityDigest(image, otherRun, 'x') } }, 'subject', 0); }) },
  { name: 'another run', code: 'statement-run', make: claim(otherRun, 'run') },
  { name: 'another image', code: 'statement-image', make: claim('debian13-golden', 'image') },
  { name: 'an image with a Cyrillic look-alike', code: 'json-schema', make: claim('d\u0435bian12-golden', 'image') },
  { name: 'another baseline', code: 'statement-mismatch', make: claim('strict', 'baseline', 'name') },
  { name: 'another digest of the baseline', code: 'statement-mismatch', make: claim('a'.repeat(64), 'baseline', 'sha256') },
  { name: 'other content', code: 'statement-mismatch', make: claim('0.1.99', 'content', 'version') },
  { name: 'a better pass rate', code: 'statement-mismatch', make: claim(0.99, 'pass_rate') },
  { name: 'more rules evaluated', code: 'statement-mismatch', make: claim(500, 'evaluated') },
  { name: 'no word of an ignored rule', code: 'statement-mismatch', make: claim([], 'ignored') },
  { name: 'a longer life of an ignore entry', code: 'statement-mismatch', make: claim('2099-01-01', 'ignored', 0, 'expires') },
  { name: 'a scanner of another version', code: 'statement-mismatch', make: claim('1.4.2', 'oscap') },
  { name: 'a later assay', code: 'statement-mismatch', make: claim('2026-11-24T08:00:00+00:00', 'assayed', 'end') },
  { name: 'another day of judgement', code: 'statement-mismatch', make: claim('2026-11-22T15:40:00.000Z', 'judged') },
  { name: 'an invented previous image', code: 'statement-mismatch', make: claim({ run: otherRun, arf: 'a'.repeat(64) }, 'previous') },
  { name: 'a failed rule among those that passed', code: 'statement-mismatch', make: statement((held) => { put(held, ['alpha', 'bravo', 'delta', 'echo', 'foxtrot'], 'predicate', 'passedTests'); }) },
  { name: 'no word of a failed rule', code: 'statement-mismatch', make: statement((held) => { put(held, [], 'predicate', 'failedTests'); }) },
  { name: 'another configuration', code: 'statement-mismatch', make: statement((held) => { put(held, [], 'predicate', 'configuration'); }) },
];
