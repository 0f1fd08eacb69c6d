import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadBaseline, resolveBaseline } from '../../baseline/index.ts';
import { slimContent } from '../../content/index.ts';
import { ConfigurationError, ExitCode } from '../../errors.ts';
import { defineCommand } from '../command.ts';
import { contentReader } from '../options/content.ts';
import { contentOptions, dayOf } from './baseline-options.ts';

const extras = ['descriptions', 'fixes', 'references'] as const;

export const slimCommand = defineCommand({
  command: 'slim',
  describe: 'a data stream with only what one baseline reaches: the same verdicts from a fraction of the memory',
  options: (yargs) => contentOptions(yargs)
    .option('baseline', { alias: 'b', type: 'string', demandOption: true, describe: 'a shipped baseline or a file' })
    .option('output', { alias: 'o', type: 'string', demandOption: true, describe: 'file to write' })
    .option('keep', { choices: extras, array: true, default: [], describe: 'keep prose, fixes for other tools than the shell, references to all standards' })
    .option('json', { type: 'boolean', default: false }),
  handler: async (argv, io) => {
    const document = await loadBaseline(argv.baseline);
    const index = await contentReader(io, argv)(document.content);
    const baseline = resolveBaseline(document, index, { asOf: dayOf(argv.asOf) });
    const kept = Object.fromEntries(argv.keep.map((extra) => [extra, true]));
    const { bytes, sha256, size, source, rules } = await slimContent(index.file, baseline, index, kept);
    const path = resolve(argv.output);
    await writeWhole(path, bytes);
    const megabytes = (length: number): string => (length / 1e6).toFixed(1);
    io.out(argv.json
      ? JSON.stringify({ path, sha256, size, source, rules, product: index.product, version: index.benchmark.version, baseline: { name: baseline.name, sha256: baseline.sha256 } })
      : [
          path,
          `  ${index.product} ${index.benchmark.version} for ${baseline.name}: ${rules} rules, ${megabytes(source.size)} → ${megabytes(size)} MB`,
          `  sha256 ${sha256}`,
          `  made from sha256 ${source.sha256}`,
        ].join('\n'));
    return ExitCode.ok;
  },
});

/** Under its name there is all of it or nothing. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new ConfigurationError('content-unwritable', `cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause, subject: path, remedy: 'choose another place with --output',
    });
  }
}
