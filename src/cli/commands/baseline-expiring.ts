import { expiringEntries, listBaselines, loadBaseline, shippedFolder, type ExpiringEntry } from '../../baseline/index.ts';
import { ExitCode, UsageError } from '../../errors.ts';
import { defineCommand } from '../command.ts';
import { dayOf } from './baseline-options.ts';

export const expiringCommand = defineCommand({
  command: 'expiring [baseline..]',
  describe: 'ignore entries that expire soon or have expired; exit 2 when there are any (for nightly jobs)',
  options: (yargs) => yargs
    .positional('baseline', { type: 'string', array: true, describe: 'shipped names, or files (default: all shipped)' })
    .option('within', { type: 'string', default: '30d', describe: 'how far to look ahead, in days (30d) or weeks (4w)' })
    .option('as-of', { type: 'string', describe: 'look from this day, YYYY-MM-DD (default: today)' })
    .option('json', { type: 'boolean', default: false }),
  handler: async ({ baseline, within, 'as-of': asOf, json }, io) => {
    const names = baseline === undefined || baseline.length === 0 ? await listBaselines(shippedFolder) : baseline;
    const days = daysOf(within);
    const found: ({ baseline: string } & ExpiringEntry)[] = [];
    for (const name of names) {
      const document = await loadBaseline(name);
      found.push(...expiringEntries(document, days, dayOf(asOf)).map((entry) => ({ baseline: document.name, ...entry })));
    }
    if (json) io.out(JSON.stringify(found, null, 2));
    else io.out(found.length === 0 ? `nothing expires within ${days} days` : found.map(describe).join('\n'));
    return found.length === 0 ? ExitCode.ok : ExitCode.refused;
  },
});

function daysOf(within: string): number {
  const [, count, unit] = /^(\d{1,4})(d|w)$/.exec(within) ?? [];
  if (count === undefined) throw new UsageError('usage', `--within ${within} is not a span`, { remedy: 'write it as 30d or 4w' });
  return Number(count) * (unit === 'w' ? 7 : 1);
}

function describe({ baseline, entry, days }: { baseline: string } & ExpiringEntry): string {
  const when = days < 0 ? `expired ${-days} days ago` : days === 0 ? 'expires today' : `expires in ${days} days`;
  return `${baseline}: ${entry.rule} ${when} (${entry.expires}); ask ${entry.owner}: ${entry.reason}`;
}
