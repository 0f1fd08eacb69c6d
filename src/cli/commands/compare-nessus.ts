import { EvidenceError, ExitCode, UsageError } from '../../errors.ts';
import { compareNessus, type NessusHost, readNessus, renderNessusComparison } from '../../report/nessus/index.ts';
import type { ReportModel } from '../../report/index.ts';
import { defineCommand } from '../command.ts';
import { reportInputOptions, reportReader } from '../options/report-input.ts';

export const compareNessusCommand = defineCommand({
  command: 'nessus <export> <evidence>',
  describe: 'a Nessus compliance export against evidence or an ARF',
  options: (yargs) => reportInputOptions(yargs)
    .positional('export', { type: 'string', demandOption: true, describe: 'the .nessus file' })
    .positional('evidence', { type: 'string', demandOption: true, describe: 'bundle, evidence directory, or ARF' })
    .option('host', { type: 'string', requiresArg: true, describe: 'which host of the export; needed when it holds several and none has the name of ours' })
    .option('all-hosts', { type: 'boolean', default: false, describe: 'every host of the export, each against this evidence: machines of one image' })
    .option('json', { type: 'boolean', default: false, describe: 'print the comparisons as JSON' }),
  handler: async (argv, io) => {
    const report = await reportReader(argv, io)(argv.evidence, 'for-this');
    const hosts = chosen(await readNessus(argv.export), report, argv.host, argv['all-hosts']);
    const comparisons = hosts.map((host) => compareNessus(host, report));
    if (argv.json) io.out(`${JSON.stringify({ schema: 'https://cupel.dev/schema/nessus-comparison/v1', comparisons }, null, 2)}\n`);
    else io.out(comparisons.map(renderNessusComparison).join('\n'));
    return comparisons.every(({ disagreements }) => disagreements.length === 0) ? ExitCode.ok : ExitCode.refused;
  },
});

/** @throws UsageError `nessus-host` when it is not clear which; EvidenceError `nessus-no-host` */
function chosen(hosts: readonly NessusHost[], report: ReportModel, name: string | undefined, all: boolean): readonly NessusHost[] {
  if (all) return hosts;
  const names = hosts.map((host) => host.name).join(', ');
  if (name !== undefined) {
    const found = hosts.filter((host) => host.name === name);
    if (found.length === 0) throw new EvidenceError('nessus-no-host', `the export holds no compliance results of ${name}`, { remedy: `one of: ${names}` });
    return found;
  }
  if (hosts.length === 1) return hosts;
  const ours = hosts.filter((host) => host.name === report.identity.host || host.name === report.identity.target);
  if (ours.length === 1) return ours;
  throw new UsageError('nessus-host', `the export holds ${hosts.length} hosts: ${names}`, { remedy: 'name one with --host, or compare each with --all-hosts' });
}
