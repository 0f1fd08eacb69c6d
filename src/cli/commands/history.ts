import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EvidenceError, ExitCode } from '../../errors.ts';
import type { EvidenceStore } from '../../evidence/index.ts';
import { makeFolder } from '../../make-folder.ts';
import { collectHistory, writeHistory } from '../../report/history/index.ts';
import { defineCommand } from '../command.ts';
import { storeFrom } from '../options/store.ts';

export const historyCommand = defineCommand({
  command: 'history <evidence>',
  describe: 'draw every image over time, as a static site',
  options: (yargs) => yargs
    .positional('evidence', { type: 'string', demandOption: true, describe: 'directory with evidence directories and bundles, at any depth; or a store: s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, file:///DIR' })
    .option('out', { alias: 'o', type: 'string', requiresArg: true, demandOption: true, describe: 'directory for the site' })
    .option('json', { type: 'boolean', default: false, describe: 'print what was drawn as JSON' }),
  handler: async (argv, io) => {
    let root = argv.evidence;
    if (/^[a-z][a-z0-9+.-]+:/i.test(root)) {
      root = join(argv.out, 'bundles');
      await loadBundles(await storeFrom({ store: argv.evidence }, io), root);
    }
    const history = await collectHistory(root, argv.out);
    const builds = history.lines.reduce((sum, line) => sum + line.builds.length, 0);
    if (builds === 0 && history.unreadable.length === 0) throw new EvidenceError('history-empty', `${argv.evidence}: there is no evidence below it`, { subject: argv.evidence });
    await writeHistory(history, root, argv.out);
    for (const { reason } of history.unreadable) io.note(`cupel: not in the history: ${reason}`);
    io.out(argv.json
      ? JSON.stringify({ site: argv.out, images: history.lines.length, builds, unreadable: history.unreadable })
      : `${argv.out}/index.html: ${history.lines.length} ${history.lines.length === 1 ? 'image' : 'images'}, ${builds} ${builds === 1 ? 'build' : 'builds'}`);
    // The site is there and says what it lacks; so does the exit status.
    return history.unreadable.length === 0 ? ExitCode.ok : ExitCode.evidence;
  },
});

/** Bundles of a store beside the site: what was loaded before is not loaded again. */
async function loadBundles(store: EvidenceStore, directory: string): Promise<void> {
  await makeFolder(directory).catch((cause: unknown) => {
    throw new EvidenceError('history-unwritable', `cannot write to ${directory}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, subject: directory });
  });
  for (const bundle of await store.bundles()) {
    const file = join(directory, `${bundle.sha256}.cupel.tgz`);
    if (await stat(file).then(() => true, () => false)) continue;
    const draft = join(directory, `.${bundle.sha256}.partial`);
    await store.download(bundle, draft);
    await rename(draft, file);
  }
}
