import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EvidenceError, ExitCode } from '../../errors.ts';
import type { Verdict } from '../../gate/index.ts';
import { serializeVerdict } from '../../gate/index.ts';
import { check } from '../../provision/index.ts';
import { renderSummary } from '../../report/index.ts';
import { defineCommand } from '../command.ts';
import { createDisplay } from '../display/index.ts';
import { loadSubject, subjectOptions } from '../options/subject.ts';
import { connectAnyTarget, targetOptions } from '../options/target.ts';

export const checkCommand = defineCommand({
  command: 'check',
  describe: 'assay and gate on any machine, changing nothing',
  options: (yargs) => targetOptions(subjectOptions(yargs))
    .option('local', { type: 'boolean', default: false, describe: 'check this machine' })
    .option('expect', { type: 'string', describe: 'verdict.json to agree with: a rule that fails here and did not there is a refusal' })
    .option('json', { type: 'boolean', default: false, describe: 'print the verdict as JSON' }),
  handler: async (argv, io) => {
    const asOf = new Date();
    const subject = await loadSubject(argv, io, asOf);
    const expected = argv.expect === undefined ? undefined : await readVerdict(argv.expect);
    const display = createDisplay(io.isTty ? 'live' : 'plain', io);
    const scratch = await mkdtemp(join(tmpdir(), 'cupel-check-'));
    const began = performance.now();
    try {
      const target = await connectAnyTarget(argv, io);
      try {
        const { verdict, assay } = await check(target, { ...subject, name: target.name, scratch, asOf, emit: display.emit });
        display.close();
        if (expected !== undefined && (expected.profile !== verdict.profile || expected.content.product !== verdict.content.product)) {
          throw new EvidenceError('verdict-mismatch', `${argv.expect ?? ''} is of ${expected.profile}, not of ${verdict.profile}: they cannot be compared`, { remedy: 'check with the baseline that the verdict was made with' });
        }
        const disagreements = expected === undefined ? [] : newlyFailing(verdict, expected);
        io.out(argv.json ? serializeVerdict(verdict) : renderSummary({ verdict, assay, seconds: (performance.now() - began) / 1000 }));
        for (const rule of disagreements) io.note(`cupel: ${rule} fails here, but not in ${argv.expect ?? ''}`);
        if (expected !== undefined && disagreements.length === 0) io.note(`cupel: agrees with ${argv.expect ?? ''}: nothing fails that did not fail there`);
        return verdict.verdict === 'accepted' && disagreements.length === 0 ? ExitCode.ok : ExitCode.refused;
      } finally {
        await target.close();
      }
    } finally {
      display.close();
      await rm(scratch, { recursive: true, force: true });
    }
  },
});

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
