import { stringify } from 'yaml';
import { selectedRules, shortId } from '../../content/index.ts';
import { ExitCode } from '../../errors.ts';
import { defineCommand } from '../command.ts';
import { contentOptions, resolved } from './baseline-options.ts';

export const showCommand = defineCommand({
  command: 'show <baseline>',
  describe: 'a baseline resolved against its content',
  options: (yargs) => contentOptions(yargs)
    .positional('baseline', { type: 'string', demandOption: true, describe: 'a shipped name, or a file' })
    .option('rules', { type: 'boolean', default: false, describe: 'list every rule that is evaluated' })
    .option('json', { type: 'boolean', default: false }),
  handler: async ({ baseline: name, rules, json, content, cache, 'as-of': asOf }, io) => {
    const { baseline, index } = await resolved(name, { content, cache, asOf }, io);
    const profile = index.profiles.get(shortId(baseline.profile));
    const selected = profile === undefined ? [] : [...selectedRules(index, profile, baseline)].sort();
    const shown = { ...baseline, evaluated: rules ? selected : selected.length };
    io.out(json ? JSON.stringify(shown, null, 2) : stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false, keepUndefined: false }));
    return ExitCode.ok;
  },
});
