import { ExitCode } from '../../errors.ts';
import { gatherReport, type GatherOptions, renderOscapHtml } from '../../report/gather/index.ts';
import { compareReports, render } from '../../report/index.ts';
import { defineCommand } from '../command.ts';
import { dayOf, judgingPolicy } from '../options/policy.ts';
import { deliver, formatOption, ownFixes, wantedReports } from '../options/report.ts';
import { producer } from '../options/signing.ts';
import { trustFrom } from '../options/trust.ts';

export const reportCommand = defineCommand({
  command: 'report <evidence>',
  describe: 'draw evidence or an ARF: for people, for CI, for other tools',
  options: (yargs) => formatOption(yargs)
    .positional('evidence', { type: 'string', demandOption: true, describe: 'bundle, evidence directory, or ARF' })
    .option('output', { alias: 'o', type: 'string', requiresArg: true, describe: 'file for the format that names none; default: standard output' })
    .option('previous', { type: 'string', requiresArg: true, describe: 'earlier evidence or ARF: the report says what changed since' })
    .option('baseline', { type: 'string', requiresArg: true, describe: 'for an ARF: baseline file, or the name of a shipped one' })
    .option('lock', { type: 'string', requiresArg: true, describe: 'for an ARF: baseline.lock.yaml, in place of --baseline' })
    .option('content', { type: 'string', requiresArg: true, describe: 'with --baseline: data stream the ARF was made with' })
    .option('as-of', { type: 'string', requiresArg: true, describe: 'for an ARF: day by which ignore entries expire, YYYY-MM-DD; default: today' })
    .option('key', { type: 'string', array: true, nargs: 1, default: [] as string[], describe: 'public key to hold the hallmark against; without one it is shown as not checked' })
    .option('allow-development-key', { type: 'boolean', default: false, describe: 'take a hallmark that was signed with a development key' })
    .conflicts('lock', ['baseline', 'content']),
  handler: async (argv, io) => {
    const wanted = wantedReports(argv.format, argv.output, 'markdown');
    const asOf = dayOf(argv['as-of']);
    const options: GatherOptions = {
      asOf, now: new Date(), ownFixes,
      ...(argv.key.length > 0 || argv['allow-development-key'] ? { trust: await trustFrom(argv, io) } : {}),
    };
    const policy = argv.baseline === undefined && argv.lock === undefined ? {} : { policy: () => judgingPolicy(argv, asOf, io) };
    const model = await gatherReport(argv.evidence, { ...options, ...policy });
    if (argv.previous !== undefined) model.comparison = compareReports(await gatherReport(argv.previous, options), model);
    for (const { message } of model.notices) io.note(`cupel: ${message}`);
    for (const { format, file } of wanted) {
      await deliver(format === 'oscap-html' ? await renderOscapHtml(argv.evidence) : await render(model, format, producer().replace(/^cupel /, '')), file, io);
    }
    return ExitCode.ok;
  },
});
