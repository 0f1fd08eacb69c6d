import { listBaselines, loadBaseline, shippedFolder } from '../../baseline/index.ts';
import { ExitCode } from '../../errors.ts';
import { defineCommand } from '../command.ts';

export const listCommand = defineCommand({
  command: 'list',
  describe: 'the baselines shipped',
  options: (yargs) => yargs.option('json', { type: 'boolean', default: false }),
  handler: async ({ json }, io) => {
    const documents = await Promise.all((await listBaselines(shippedFolder)).map((name) => loadBaseline(name)));
    const rows = documents.map(({ name, content, profile, choices, ignore, description }) => ({
      name, product: content.product, profile: profile.value, choices: Object.fromEntries([...choices].map(([choice, { value }]) => [choice, value])),
      ignored: ignore.length, description: description ?? '',
    }));
    const width = Math.max(...rows.map(({ name }) => name.length));
    io.out(json ? JSON.stringify(rows, null, 2) : rows.map((row) => `${row.name.padEnd(width)}  ${row.description} (${row.ignored} ignored)`).join('\n'));
    return ExitCode.ok;
  },
});
