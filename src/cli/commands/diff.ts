import { ExitCode, UsageError } from '../../errors.ts';
import { compareReports, renderComparison, renderComparisonJson, renderComparisonMarkdown, type ReportModel } from '../../report/index.ts';
import { defineCommand } from '../command.ts';
import type { Io } from '../io.ts';
import { type ReportInputArguments, reportInputOptions, reportReader } from '../options/report-input.ts';
import { type TargetArguments, targetOptions } from '../options/target.ts';

export const diffCommand = defineCommand({
  command: 'diff <before> [after]',
  describe: 'compare two: image with image, image with machine, last night with tonight',
  options: (yargs) => reportInputOptions(targetOptions(yargs))
    .positional('before', { type: 'string', demandOption: true, describe: 'bundle, evidence directory, or ARF' })
    .positional('after', { type: 'string', describe: 'the same; or leave it out and give --host or --local: the machine as it is now' })
    .option('local', { type: 'boolean', default: false, describe: 'compare with this machine' })
    .option('json', { type: 'boolean', default: false, describe: 'print the comparison as JSON' })
    .option('markdown', { type: 'boolean', default: false, describe: 'print it as Markdown' }),
  handler: async (argv, io) => {
    if (argv.json && argv.markdown) throw new UsageError('usage', '--json and --markdown exclude each other');
    const live = argv.local || argv.host !== undefined;
    if (live === (argv.after !== undefined)) throw new UsageError('diff-inputs', 'two things are compared', { remedy: 'give two bundles, directories or ARFs, or one and --host or --local' });
    const read = reportReader(argv, io);
    const before = await read(argv.before, 'if-arf');
    const after = argv.after === undefined ? await machine(argv, io) : await read(argv.after, 'if-arf');
    const comparison = compareReports(before, after);
    io.out(argv.json ? renderComparisonJson(comparison) : argv.markdown ? renderComparisonMarkdown(comparison) : renderComparison(comparison));
    return comparison.regression ? ExitCode.refused : ExitCode.ok;
  },
});

async function machine(argv: TargetArguments & ReportInputArguments & { local: boolean }, io: Io): Promise<ReportModel> {
  const { baseline } = argv;
  if (baseline === undefined) throw new UsageError('diff-inputs', 'a machine is scanned by a baseline', { remedy: 'give --baseline' });
  // Connecting and scanning is much to load for who compares two files.
  const { withCheckedMachine } = await import('../options/machine.ts');
  return await withCheckedMachine({ ...argv, baseline }, io, ({ report }) => report());
}
