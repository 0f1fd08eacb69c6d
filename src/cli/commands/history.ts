import { EvidenceError, ExitCode } from '../../errors.ts';
import { collectHistory, writeHistory } from '../../report/history/index.ts';
import { defineCommand } from '../command.ts';

export const historyCommand = defineCommand({
  command: 'history <evidence>',
  describe: 'draw every image over time, as a static site',
  options: (yargs) => yargs
    .positional('evidence', { type: 'string', demandOption: true, describe: 'directory with evidence directories and bundles, at any depth' })
    .option('out', { alias: 'o', type: 'string', requiresArg: true, demandOption: true, describe: 'directory for the site' })
    .option('json', { type: 'boolean', default: false, describe: 'print what was drawn as JSON' }),
  handler: async (argv, io) => {
    const history = await collectHistory(argv.evidence);
    const builds = history.lines.reduce((sum, line) => sum + line.builds.length, 0);
    if (builds === 0 && history.unreadable.length === 0) throw new EvidenceError('history-empty', `${argv.evidence}: there is no evidence below it`, { subject: argv.evidence });
    await writeHistory(history, argv.evidence, argv.out);
    for (const { reason } of history.unreadable) io.note(`cupel: not in the history: ${reason}`);
    io.out(argv.json
      ? JSON.stringify({ site: argv.out, images: history.lines.length, builds, unreadable: history.unreadable })
      : `${argv.out}/index.html: ${history.lines.length} ${history.lines.length === 1 ? 'image' : 'images'}, ${builds} ${builds === 1 ? 'build' : 'builds'}`);
    // The site is there and says what it lacks; so does the exit status.
    return history.unreadable.length === 0 ? ExitCode.ok : ExitCode.evidence;
  },
});
