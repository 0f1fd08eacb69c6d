import { readFile } from 'node:fs/promises';
import type { Baseline } from '../../baseline/model.ts';
import { ConfigurationError, UsageError } from '../../errors.ts';
import type { Io } from '../io.ts';

/** By what results that are there already are judged. */
export interface JudgingPolicy {
  baseline: Baseline;
  content: { product: string; version: string; sha256: string };
}

export interface PolicyArguments {
  baseline: string | undefined;
  content: string | undefined;
  lock: string | undefined;
}

/** The lock, or the baseline with its content. @throws UsageError when neither is given; ConfigurationError, EvidenceError `lock-…` */
export async function judgingPolicy(argv: Readonly<PolicyArguments>, asOf: Date, io: Io): Promise<JudgingPolicy> {
  if (argv.lock !== undefined) return await lockedPolicy(argv.lock);
  if (argv.baseline === undefined) throw new UsageError('usage', 'a baseline is needed: --baseline or --lock');
  const [{ loadBaseline, resolveBaseline }, { contentReader }] = await Promise.all([import('../../baseline/index.ts'), import('./content.ts')]);
  const document = await loadBaseline(argv.baseline);
  const index = await contentReader(io, { content: argv.content })(document.content);
  return {
    baseline: resolveBaseline(document, index, { asOf }),
    content: { product: index.product, version: index.benchmark.version, sha256: index.sha256 },
  };
}

async function lockedPolicy(file: string): Promise<JudgingPolicy> {
  // Past the folder's door: it would load fetching and everything else that a lock makes needless.
  const { readLock, readLockDigests } = await import('../../baseline/lock.ts');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ConfigurationError('lock-unreadable', `cannot read the baseline lock ${file}`, { cause, subject: file });
  });
  const baseline = readLock(text);
  const { version, sha256 } = readLockDigests(text).content;
  return { baseline, content: { product: baseline.content.product, version, sha256 } };
}

/** A day given as `YYYY-MM-DD`; today without one. @throws UsageError */
export function dayOf(asOf: string | undefined): Date {
  if (asOf === undefined) return new Date();
  const day = new Date(`${asOf}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(asOf) || Number.isNaN(day.getTime())) {
    throw new UsageError('usage', `--as-of "${asOf}" is not a date`, { remedy: 'write YYYY-MM-DD' });
  }
  return day;
}
