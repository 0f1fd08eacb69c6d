import { readAssay, type Assay } from '../../assay/index.ts';
import { ExitCode, UsageError } from '../../errors.ts';
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
    .option('previous', { type: 'string', requiresArg: true, describe: 'earlier ARF, evidence directory or bundle: what passed must still pass, also where the baseline does not ask for it' })
    .option('run', { type: 'string', requiresArg: true, describe: 'refuse an ARF that is not of this run UUID' })
    .option('as-of', { type: 'string', requiresArg: true, describe: 'day by which ignore entries expire, YYYY-MM-DD; default: today' })
    .option('json', { type: 'boolean', default: false, describe: 'print verdict.json, nothing else' })
    .conflicts('lock', ['baseline', 'content']),
  handler: async (argv, io) => {
    const asOf = dayOf(argv.asOf);
    const { baseline, content } = await judgingPolicy(argv, asOf, io);
    const assay = await readAssay(argv.arf).catch((error: unknown) => wrongKind(argv.arf, error));
    const previous = argv.previous === undefined ? undefined : (await (await import('../options/previous.ts')).readPrevious(argv.previous)).assay;
    // Who names an earlier assay asks for the comparison.
    const gate = previous === undefined ? baseline.gate : { ...baseline.gate, noRegression: true };
    const verdict = judge(assay, { ...baseline, gate }, {
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

/** Why no ARF could be read there, when it is evidence of another kind: that says more than what is wrong with its XML. */
async function wrongKind(arf: string, error: unknown): Promise<never> {
  const { kindOf } = await import('../../report/gather/index.ts');
  const kind = await kindOf(arf).catch(() => 'arf' as const);
  if (kind === 'bundle') throw new UsageError('arf-bundle', `--arf ${arf}: is a bundle (a compressed tar archive), not an ARF`, { cause: error, remedy: `cupel verify runs its gate again; for another one take the ARF out of it: tar -xzf ${arf} arf.xml.gz` });
  if (kind === 'directory') throw new UsageError('arf-directory', `--arf ${arf}: is a directory, not an ARF`, { cause: error, remedy: 'give the arf.xml.gz in it' });
  throw error;
}

/** The run UUID that the ARF carries; empty when it carries none. */
function runIn(assay: Assay): string {
  return /^(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(assay.target.identifier)?.[1] ?? '';
}
