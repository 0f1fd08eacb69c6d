import { BaselineError, lintBaseline, listBaselines, shippedFolder, type LintResult } from '../../baseline/index.ts';
import { ExitCode } from '../../errors.ts';
import { defineCommand } from '../command.ts';
import { contentOptions, dayOf } from './baseline-options.ts';
import { contentReader } from '../options/content.ts';

export const lintCommand = defineCommand({
  command: 'lint [baseline..]',
  describe: 'everything that is wrong with baselines, against real content (default: all shipped)',
  options: (yargs) => contentOptions(yargs)
    .positional('baseline', { type: 'string', array: true, describe: 'shipped names, or files' })
    .option('json', { type: 'boolean', default: false }),
  handler: async ({ baseline, json, content, cache, 'as-of': asOf }, io) => {
    const names = baseline === undefined || baseline.length === 0 ? await listBaselines(shippedFolder) : baseline;
    const contentFor = contentReader(io, { content, cache });
    const results: LintResult[] = [];
    for (const name of names) results.push(await lintBaseline(name, { contentFor, asOf: dayOf(asOf) }));
    if (json) io.out(JSON.stringify(results.map(({ path, problems, selected }) => ({ baseline: path, problems, selected })), null, 2));
    else for (const result of results.filter(({ problems }) => problems.length === 0)) io.out(sound(result));
    const problems = results.flatMap((result) => result.problems);
    // A fragment that several baselines extend is wrong once.
    const distinct = [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
    if (distinct.length > 0) throw new BaselineError(distinct);
    return ExitCode.ok;
  },
});

function sound({ path, selected, baseline }: LintResult): string {
  return `${path}: ${selected} rules evaluated, ${baseline?.ignore.length ?? 0} ignored; nothing wrong`;
}
