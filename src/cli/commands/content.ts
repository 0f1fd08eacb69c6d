import { resolve } from 'node:path';
import { fetchContent, products, readContentIndex, selectedRules } from '../../content/index.ts';
import { ExitCode } from '../../errors.ts';
import { defineCommand, type CupelCommand } from '../command.ts';
import { contentCache, contentReader, contentSources, noteProgress } from '../options/content.ts';
import { slimCommand } from './content-slim.ts';

const fetchCommand = defineCommand({
  command: 'fetch <product..>',
  describe: 'get SCAP content, verified, into the cache',
  options: (yargs) => yargs
    .positional('product', { type: 'string', array: true, demandOption: true, describe: `for example ${products.join(', ')}` })
    .option('source', { choices: ['apt', 'release'] as const, default: 'apt' as const, describe: 'Debian\'s archive (signed), or an upstream release zip' })
    .option('content-version', { type: 'string', default: '*', describe: 'version range, for example ">=0.1.82"' })
    .option('sha256', { type: 'string', describe: 'digest that the data stream must have' })
    .option('cache', { type: 'string', describe: 'cache folder (default: CUPEL_CACHE, or cupel in the user\'s cache folder)' })
    .option('refresh', { type: 'boolean', default: false, describe: 'fetch even when the cache has it' })
    .option('json', { type: 'boolean', default: false }),
  handler: async ({ product, source, 'content-version': contentVersion, sha256, cache, refresh, json }, io) => {
    for (const name of product) {
      const file = await fetchContent({
        product: name, version: contentVersion, ...(sha256 === undefined ? {} : { sha256 }), cacheDir: contentCache(io, cache), source, refresh,
        ...contentSources(io), emit: noteProgress(io),
      });
      const path = resolve(file.path);
      io.out(json ? JSON.stringify({ ...file, path }) : `${path}\n  ${file.product} ${file.version}  sha256 ${file.sha256}  from ${file.source}`);
    }
    return ExitCode.ok;
  },
});

const infoCommand = defineCommand({
  command: 'info <content>',
  describe: 'what is in SCAP content: a data stream file, or a product from the cache',
  options: (yargs) => yargs
    .positional('content', { type: 'string', demandOption: true, describe: 'a file, or a product' })
    .option('cache', { type: 'string', describe: 'cache folder' })
    .option('json', { type: 'boolean', default: false }),
  handler: async ({ content, cache, json }, io) => {
    const isFile = content.includes('/') || content.endsWith('.xml');
    const index = isFile
      ? { ...await readContentIndex(content), file: content }
      : await contentReader(io, { cache })({ product: content, version: '*', sha256: undefined });
    const profiles = [...index.profiles.values()].map((profile) => ({ id: profile.id, title: profile.title, rules: selectedRules(index, profile).size }));
    const fixes = [...index.rules.values()].filter(({ hasFix }) => hasFix).length;
    if (json) {
      io.out(JSON.stringify({
        file: resolve(index.file), product: index.product, version: index.benchmark.version, sha256: index.sha256, size: index.size, cpes: index.cpes,
        rules: index.rules.size, fixes, values: index.values.size, profiles,
      }, null, 2));
      return ExitCode.ok;
    }
    const width = Math.max(...profiles.map(({ id }) => id.length), 0);
    io.out([
      resolve(index.file),
      `  ${index.benchmark.title}, content ${index.benchmark.version} (${index.product})`,
      `  sha256 ${index.sha256}, ${(index.size / 1e6).toFixed(1)} MB`,
      `  for ${index.cpes.join(', ')}`,
      `  ${index.rules.size} rules, ${fixes} with a shell fix, ${index.values.size} values; profiles:`,
      ...profiles.map(({ id, title, rules }) => `    ${id.padEnd(width)}  ${String(rules).padStart(4)} rules  ${title}`),
    ].join('\n'));
    return ExitCode.ok;
  },
});

export const contentCommand: CupelCommand = {
  command: 'content',
  describe: 'get pinned SCAP content; what is in it',
  subcommands: [fetchCommand, infoCommand, slimCommand],
};
