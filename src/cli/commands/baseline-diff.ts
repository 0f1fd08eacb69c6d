import { compareBaselines, type Change } from '../../baseline/index.ts';
import { selectedRules, shortId } from '../../content/index.ts';
import { ExitCode } from '../../errors.ts';
import { defineCommand } from '../command.ts';
import { contentOptions, resolved, type ContentArguments } from './baseline-options.ts';
import type { Io } from '../io.ts';

export const diffCommand = defineCommand({
  command: 'diff <a> <b>',
  describe: 'what changes from one baseline to another, resolved',
  options: (yargs) => contentOptions(yargs)
    .positional('a', { type: 'string', demandOption: true })
    .positional('b', { type: 'string', demandOption: true })
    .option('json', { type: 'boolean', default: false }),
  handler: async ({ a, b, json, content, cache, 'as-of': asOf }, io) => {
    const from = await side(a, { content, cache, asOf }, io);
    const to = await side(b, { content, cache, asOf }, io);
    const changes = compareBaselines(from.baseline, to.baseline, from.rules, to.rules);
    if (json) io.out(JSON.stringify(changes, null, 2));
    else io.out(changes.length === 0 ? 'no difference' : changes.map(describe).join('\n'));
    return ExitCode.ok;
  },
});

async function side(name: string, argv: ContentArguments, io: Io) {
  const { baseline, index } = await resolved(name, argv, io);
  const profile = index.profiles.get(shortId(baseline.profile));
  return { baseline, rules: profile === undefined ? new Set<string>() : selectedRules(index, profile, baseline) };
}

function describe({ kind, name, from, to }: Change): string {
  if (from === undefined) return `+ ${kind} ${name}${kind === 'rule' ? '' : `: ${to ?? ''}`}`;
  if (to === undefined) return `- ${kind} ${name}${kind === 'rule' ? '' : `: ${from}`}`;
  return `~ ${kind} ${name}: ${from} → ${to}`;
}
