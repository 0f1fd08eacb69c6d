import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { scan } from '../assay/run.ts';
import type { Assay } from '../assay/index.ts';
import { type Baseline, renderTailoring } from '../baseline/index.ts';
import { type ContentIndex, slimContent } from '../content/index.ts';
import type { Emit } from '../events.ts';
import { judge, type Verdict } from '../gate/index.ts';
import { type Target, upload } from '../target/index.ts';
import { checkFacts, gatherFacts } from './preflight.ts';

export interface CheckOptions {
  baseline: Baseline;
  content: { path: string; product: string; version: string; sha256: string };
  /** Of that content. */
  index: ContentIndex;
  selected: number;
  /** Name of the target as the verdict shows it. */
  name: string;
  scratch: string;
  asOf: Date;
  emit: Emit;
}

/**
 * Assay and gate on any machine that has oscap. What it puts there for that, it takes away again.
 * @throws CupelError as the stages do
 */
export async function check(target: Target, options: CheckOptions): Promise<{ verdict: Verdict; assay: Assay }> {
  const { baseline } = options;
  const facts = await gatherFacts(target);
  const clean = async (work: string): Promise<void> => {
    try {
      await target.run('rm -rf "$1"; rmdir "$2" 2>/dev/null || :', { args: [work, facts.workDirectory ?? work] });
    } catch (error) {
      // What was found out, or went wrong before, matters more.
      options.emit({ type: 'warning', message: `${work} may be left on ${target.name}: ${error instanceof Error ? error.message : String(error)}` });
    }
  };
  try {
    checkFacts(facts, baseline.content.product, target.name);
  } catch (error) {
    if (facts.workDirectory !== undefined) await clean(`${facts.workDirectory}/none`);
    throw error;
  }
  const run = randomUUID();
  const work = `${facts.workDirectory}/check-${run.slice(0, 8)}`;
  const contentPath = `${work}/content.xml`;
  const tailoringPath = `${work}/tailoring.xml`;
  try {
    await upload(target, (await slimContent(options.content.path, baseline, options.index)).bytes, contentPath, '0600');
    await upload(target, renderTailoring(baseline, { dataStreamHref: contentPath }), tailoringPath, '0600');
    const assay = await scan(target, {
      name: 'check', workDirectory: work, unitPrefix: `cupel-${run.slice(0, 8)}`, contentPath, tailoringPath, profile: baseline.tailoredProfile,
      run, selected: options.selected, localPath: join(options.scratch, 'check.arf.xml.gz'), emit: options.emit,
    });
    const verdict = judge(assay, baseline, { run, target: options.name, content: options.content, asOf: options.asOf, requireRun: true });
    return { verdict, assay };
  } finally {
    await clean(work);
  }
}
