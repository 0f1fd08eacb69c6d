import type { Argv } from 'yargs';
import { isIsoDate, loadBaseline, resolveBaseline, type Baseline, type BaselineDocument } from '../../baseline/index.ts';
import type { ContentIndex } from '../../content/index.ts';
import { UsageError } from '../../errors.ts';
import type { Io } from '../io.ts';
import { contentReader } from '../options/content.ts';

/** What every command needs that compares a baseline with content. */
export const contentOptions = <T>(yargs: Argv<T>) => yargs
  .option('content', { type: 'string' as const, describe: 'data stream to compare with (default: what the baseline names, from the cache or fetched)' })
  .option('cache', { type: 'string' as const, describe: 'cache folder' })
  .option('as-of', { type: 'string' as const, describe: 'the day that decides what has expired, YYYY-MM-DD (default: today)' });

export interface ContentArguments {
  content: string | undefined;
  cache: string | undefined;
  asOf: string | undefined;
}

export function dayOf(asOf: string | undefined): Date {
  if (asOf === undefined) return new Date();
  if (!isIsoDate(asOf)) throw new UsageError('usage', `--as-of ${asOf} is not a date`, { remedy: 'write it as YYYY-MM-DD' });
  return new Date(`${asOf}T00:00:00Z`);
}

/** A baseline, the content it asks for, and what it resolves to there. */
export async function resolved(name: string, argv: ContentArguments, io: Io): Promise<{ document: BaselineDocument; baseline: Baseline; index: ContentIndex }> {
  const document = await loadBaseline(name);
  const index = await contentReader(io, argv)(document.content);
  return { document, index, baseline: resolveBaseline(document, index, { asOf: dayOf(argv.asOf) }) };
}
