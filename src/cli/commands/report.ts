import { ExitCode } from '../../errors.ts';
import { renderOscapHtml } from '../../report/gather/index.ts';
import { compareReports, render } from '../../report/index.ts';
import { defineCommand } from '../command.ts';
import { deliver, formatOption, wantedReports } from '../options/report.ts';
import { reportInputOptions, reportReader } from '../options/report-input.ts';
import { trustFrom } from '../options/trust.ts';
import { packageVersion } from '../package.ts';

export const reportCommand = defineCommand({
  command: 'report <evidence>',
  describe: 'draw evidence or an ARF: for people, for CI, for other tools',
  options: (yargs) => reportInputOptions(formatOption(yargs))
    .positional('evidence', { type: 'string', demandOption: true, describe: 'bundle, evidence directory, or ARF' })
    .option('output', { alias: 'o', type: 'string', requiresArg: true, describe: 'file for the format that names none; default: standard output' })
    .option('previous', { type: 'string', requiresArg: true, describe: 'earlier evidence or ARF: the report says what changed since' })
    .option('key', { type: 'string', array: true, nargs: 1, default: [] as string[], describe: 'public key to hold the hallmark against; without one it is not checked' })
    .option('allow-development-key', { type: 'boolean', default: false, describe: 'take a hallmark that was signed with a development key' }),
  handler: async (argv, io) => {
    const wanted = wantedReports(argv.format, argv.output, 'markdown');
    const trust = argv.key.length > 0 || argv['allow-development-key'] ? await trustFrom(argv, io) : undefined;
    const read = reportReader(argv, io, trust);
    const model = await read(argv.evidence, 'for-this');
    if (argv.previous !== undefined) model.comparison = compareReports(await read(argv.previous, 'if-arf'), model);
    for (const { message } of model.notices) io.note(`cupel: ${message}`);
    for (const { format, file } of wanted) {
      await deliver(format === 'oscap-html' ? await renderOscapHtml(argv.evidence) : await render(model, format, packageVersion()), file, io);
    }
    return ExitCode.ok;
  },
});
