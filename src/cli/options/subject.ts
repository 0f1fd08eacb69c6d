import type { Argv } from 'yargs';
import { type Baseline, loadBaseline, resolveBaseline } from '../../baseline/index.ts';
import { type ContentIndex, selectedRules, valueIn } from '../../content/index.ts';
import { ConfigurationError } from '../../errors.ts';
import type { Io } from '../io.ts';
import { contentReader } from './content.ts';

/** What a machine is held against; the same for every command that needs a baseline with its content. */
export interface SubjectArguments {
  baseline: string;
  content: string | undefined;
}

export function subjectOptions<T>(yargs: Argv<T>): Argv<T & SubjectArguments> {
  return yargs
    .option('baseline', { type: 'string', demandOption: true, describe: 'baseline file, or the name of a shipped one' })
    .option('content', { type: 'string', describe: 'SCAP data stream to use instead of the fetched one' });
}

export interface Subject {
  baseline: Baseline;
  content: { path: string; product: string; version: string; sha256: string };
  /** Of that content. */
  index: ContentIndex;
  /** Every XCCDF value of the tailored profile, by short id. */
  values: Record<string, string>;
  /** How many rules the tailored profile selects. */
  selected: number;
}

/** Loads a baseline and resolves it against its content. @throws ConfigurationError, BaselineError */
export async function loadSubject(argv: SubjectArguments, io: Io, asOf: Date): Promise<Subject> {
  const document = await loadBaseline(argv.baseline);
  const index = await contentReader(io, { content: argv.content })(document.content);
  const baseline = resolveBaseline(document, index, { asOf });
  return {
    baseline,
    content: { path: index.file, product: index.product, version: index.benchmark.version, sha256: index.sha256 },
    index,
    values: effectiveValues(baseline, index),
    selected: selectedRules(index, profileOf(baseline, index), baseline).size,
  };
}

function effectiveValues(baseline: Baseline, index: ContentIndex): Record<string, string> {
  const profile = profileOf(baseline, index);
  const values = [...index.values.values()].map((value) => [value.id, baseline.values[value.id] ?? valueIn(value, profile)] as const);
  return Object.fromEntries(values.filter((entry): entry is [string, string] => entry[1] !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function profileOf(baseline: Baseline, index: ContentIndex): NonNullable<ReturnType<ContentIndex['profiles']['get']>> {
  for (const profile of index.profiles.values()) if (profile.fullId === baseline.profile) return profile;
  throw new ConfigurationError('unknown-profile', `the content has no profile ${baseline.profile}`);
}
