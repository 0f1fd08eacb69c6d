import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readAssay, type Assay } from '../../assay/index.ts';
import type { Baseline } from '../../baseline/model.ts';
import { ConfigurationError, ExitCode, UsageError } from '../../errors.ts';
import { judge, serializeVerdict } from '../../gate/index.ts';
import { defineCommand } from '../command.ts';
import type { Io } from '../io.ts';

/** Everything but the assay itself is loaded when it is needed: a gate is called often and should start at once. */
export const gateCommand = defineCommand({
  command: 'gate',
  describe: 'judge an ARF already there by a baseline',
  options: (yargs) => yargs
    .option('baseline', { type: 'string', requiresArg: true, describe: 'baseline file, or the name of a shipped one' })
    .option('arf', { type: 'string', requiresArg: true, demandOption: true, describe: 'ARF or XCCDF results, plain or gzipped' })
    .option('content', { type: 'string', requiresArg: true, describe: 'data stream the ARF was made with; default: the one fetched' })
    .option('lock', { type: 'string', requiresArg: true, describe: 'baseline.lock.yaml of the evidence, in place of --baseline' })
    .option('previous', { type: 'string', requiresArg: true, describe: 'earlier ARF, or its evidence directory: what passed must still pass' })
    .option('run', { type: 'string', requiresArg: true, describe: 'refuse an ARF that is not of this run UUID' })
    .option('as-of', { type: 'string', requiresArg: true, describe: 'day by which ignore entries expire, YYYY-MM-DD; default: today' })
    .option('json', { type: 'boolean', default: false, describe: 'print verdict.json, nothing else' })
    .conflicts('lock', ['baseline', 'content']),
  handler: async (argv, io) => {
    const asOf = dayOf(argv.asOf);
    const { baseline, content } = await policyOf(argv, asOf, io);
    const assay = await readAssay(argv.arf);
    const previous = argv.previous === undefined ? undefined : await readAssay(await arfIn(argv.previous));
    const verdict = judge(assay, baseline, {
      run: argv.run ?? runIn(assay),
      requireRun: argv.run !== undefined,
      target: assay.target.name,
      content,
      asOf,
      ...(previous === undefined ? {} : { previous }),
    });
    if (argv.json) io.out(serializeVerdict(verdict));
    else io.out((await import('../../report/index.ts')).renderSummary({ verdict, assay }));
    return verdict.verdict === 'accepted' ? ExitCode.ok : ExitCode.refused;
  },
});

interface Policy {
  baseline: Baseline;
  content: { product: string; version: string; sha256: string };
}

async function policyOf(argv: { baseline: string | undefined; content: string | undefined; lock: string | undefined }, asOf: Date, io: Io): Promise<Policy> {
  if (argv.lock !== undefined) return await lockedPolicy(argv.lock);
  if (argv.baseline === undefined) throw new UsageError('usage', 'a baseline is needed: --baseline or --lock', { remedy: 'see cupel gate --help' });
  const [{ loadBaseline, resolveBaseline }, { contentReader }] = await Promise.all([import('../../baseline/index.ts'), import('../options/content.ts')]);
  const document = await loadBaseline(argv.baseline);
  const index = await contentReader(io, { content: argv.content })(document.content);
  return {
    baseline: resolveBaseline(document, index, { asOf }),
    content: { product: index.product, version: index.benchmark.version, sha256: index.sha256 },
  };
}

async function lockedPolicy(file: string): Promise<Policy> {
  // Past the folder's door: it would load fetching and everything else that a lock makes needless.
  const { readLock, readLockDigests } = await import('../../baseline/lock.ts');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ConfigurationError('lock-unreadable', `cannot read the baseline lock ${file}`, { cause, subject: file });
  });
  const baseline = readLock(text);
  const { version, sha256 } = readLockDigests(text).content;
  return { baseline, content: { product: baseline.content.product, version, sha256 } };
}

/** Evidence is given as its directory, too. */
async function arfIn(path: string): Promise<string> {
  const isDirectory = await stat(path).then((found) => found.isDirectory(), () => false);
  return isDirectory ? join(path, 'arf.xml.gz') : path;
}

/** The run UUID that the ARF carries; empty when it carries none. */
function runIn(assay: Assay): string {
  return /^(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(assay.target.identifier)?.[1] ?? '';
}

function dayOf(asOf: string | undefined): Date {
  if (asOf === undefined) return new Date();
  const day = new Date(`${asOf}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(asOf) || Number.isNaN(day.getTime())) {
    throw new UsageError('usage', `--as-of "${asOf}" is not a date`, { remedy: 'write YYYY-MM-DD' });
  }
  return day;
}
