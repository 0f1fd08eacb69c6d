import { appendFile, readFile } from 'node:fs/promises';
import { EvidenceError, ExitCode, UsageError } from '../../errors.ts';
import { serializeVerdict, type Verdict } from '../../gate/index.ts';
import { compareReports, render, renderComparison, renderSummary, type ReportModel } from '../../report/index.ts';
import { defineCommand } from '../command.ts';
import type { Io } from '../io.ts';
import { buildRecord } from '../options/build-record.ts';
import { withCheckedMachine } from '../options/machine.ts';
import { deliver, formatOption, wantedReports } from '../options/report.ts';
import { subjectOptions } from '../options/subject.ts';
import { targetOptions } from '../options/target.ts';
import { packageVersion } from '../package.ts';

export const checkCommand = defineCommand({
  command: 'check',
  describe: 'assay and gate on any machine, changing nothing',
  options: (yargs) => formatOption(targetOptions(subjectOptions(yargs)))
    .option('local', { type: 'boolean', default: false, describe: 'check this machine' })
    .option('expect', { type: 'string', describe: 'verdict.json to agree with: a rule that fails here and did not there is a refusal' })
    .option('against-build', { type: 'boolean', default: false, describe: 'compare with the image\'s own record of its build: a rule that passed there and fails here is a refusal' })
    .option('stage', { type: 'string', requiresArg: true, describe: 'with --against-build: what was done to the machine since, for example the name of its configuration stage' })
    .option('step-summary', { type: 'boolean', default: false, describe: 'append a summary to the file that GITHUB_STEP_SUMMARY names' })
    .option('json', { type: 'boolean', default: false, describe: 'print the verdict as JSON' }),
  handler: async (argv, io) => {
    const wanted = wantedReports(argv.format, undefined, undefined);
    if (argv.json && wanted.some(({ file }) => file === undefined)) throw new UsageError('report-format', '--json and a --format without a file would both go to standard output');
    if (wanted.some(({ format }) => format === 'oscap-html')) throw new UsageError('report-format', 'oscap-html is drawn from evidence, not from a machine', { remedy: 'cupel report ARF --format oscap-html' });
    if (argv.stage !== undefined && !argv['against-build']) throw new UsageError('usage', '--stage says what was done since the build: it needs --against-build');
    const summary = argv['step-summary'] ? summaryFile(io) : undefined;
    const expected = argv.expect === undefined ? undefined : await readVerdict(argv.expect);
    const began = performance.now();
    return await withCheckedMachine(argv, io, async ({ verdict, assay, report }, target, scratch) => {
      if (expected !== undefined && (expected.profile !== verdict.profile || expected.content.product !== verdict.content.product)) {
        throw new EvidenceError('verdict-mismatch', `${argv.expect ?? ''} is of ${expected.profile}, not of ${verdict.profile}: they cannot be compared`, { remedy: 'check with the baseline that the verdict was made with' });
      }
      const disagreements = expected === undefined ? [] : newlyFailing(verdict, expected);
      const model = wanted.length > 0 || summary !== undefined || argv['against-build'] ? await report() : undefined;
      if (model !== undefined && argv['against-build']) model.comparison = since(await buildRecord(target, scratch), model, argv.stage);

      if (argv.json) io.out(serializeVerdict(verdict));
      else if (wanted.every(({ file }) => file !== undefined)) {
        io.out(renderSummary({ verdict, assay, seconds: (performance.now() - began) / 1000 }));
        if (model?.comparison !== undefined) io.out(`\n${renderComparison(model.comparison)}`);
      }
      if (model !== undefined) {
        for (const { format, file } of wanted) if (format !== 'oscap-html') await deliver(await render(model, format, packageVersion()), file, io);
        if (summary !== undefined) await appendFile(summary, await render(model, 'markdown', packageVersion()));
      }
      for (const rule of disagreements) io.note(`cupel: ${rule} fails here, but not in ${argv.expect ?? ''}`);
      if (expected !== undefined && disagreements.length === 0) io.note(`cupel: agrees with ${argv.expect ?? ''}: nothing fails that did not fail there`);
      const broken = model?.comparison?.newlyFailing ?? [];
      for (const { rule } of broken) io.note(`cupel: ${rule} passed when the image was built and fails now${argv.stage === undefined ? '' : `, after ${argv.stage}`}`);
      return verdict.verdict === 'accepted' && disagreements.length === 0 && broken.length === 0 ? ExitCode.ok : ExitCode.refused;
    });
  },
});

function since(build: ReportModel, now: ReportModel, stage: string | undefined): ReturnType<typeof compareReports> {
  const comparison = compareReports(build, now);
  return {
    ...comparison,
    before: { ...comparison.before, name: build.source.name },
    ...(stage === undefined ? {} : { after: { ...comparison.after, name: `${now.source.name} after ${stage}` } }),
  };
}

/** @throws UsageError `step-summary` */
function summaryFile(io: Io): string {
  const file = io.env['GITHUB_STEP_SUMMARY'];
  if (file === undefined || file === '') throw new UsageError('step-summary', 'GITHUB_STEP_SUMMARY names no file', { remedy: 'it is set in a step of GitHub Actions; elsewhere take --format markdown=FILE' });
  return file;
}

function newlyFailing(now: Verdict, then: Verdict): string[] {
  const known = new Set(then.failing.map((rule) => rule.rule));
  return now.failing.map((rule) => rule.rule).filter((rule) => !known.has(rule));
}

/** @throws EvidenceError `verdict-unreadable` */
async function readVerdict(file: string): Promise<Verdict> {
  try {
    const verdict = JSON.parse(await readFile(file, 'utf8')) as Partial<Verdict>;
    if (verdict.schema !== 'https://cupel.dev/schema/verdict/v1' || !Array.isArray(verdict.failing) || typeof verdict.profile !== 'string' || typeof verdict.content?.product !== 'string') throw new Error('it is not a verdict of this schema');
    return verdict as Verdict;
  } catch (cause) {
    throw new EvidenceError('verdict-unreadable', `${file} cannot be read as a verdict: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
