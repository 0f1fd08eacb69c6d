import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readAssay, type Assay } from '../../assay/index.ts';
import { ExitCode } from '../../errors.ts';
import { judge, serializeVerdict } from '../../gate/index.ts';
import { defineCommand } from '../command.ts';
import { dayOf, judgingPolicy } from '../options/policy.ts';

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
    const { baseline, content } = await judgingPolicy(argv, asOf, io);
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

/** Evidence is given as its directory, too. */
async function arfIn(path: string): Promise<string> {
  const isDirectory = await stat(path).then((found) => found.isDirectory(), () => false);
  return isDirectory ? join(path, 'arf.xml.gz') : path;
}

/** The run UUID that the ARF carries; empty when it carries none. */
function runIn(assay: Assay): string {
  return /^(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(assay.target.identifier)?.[1] ?? '';
}
