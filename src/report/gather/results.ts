import { type Assay, readAssay } from '../../assay/index.ts';
import { type AssayDetail, DetailCollector } from '../../assay/detail/index.ts';
import type { Baseline } from '../../baseline/model.ts';
import { EvidenceError } from '../../errors.ts';
import { judge, type PreviousAssay, type Verdict } from '../../gate/index.ts';
import type { ReportModel, ReportSource } from '../model.ts';
import { buildReport, type OwnFixes, runIn } from './build.ts';
import { isOfProduct, productOf } from './product.ts';

/** By what an ARF that stands alone is judged. */
export interface ReportPolicy {
  baseline: Baseline;
  content: { product: string; version: string; sha256: string };
}

export interface ResultsReportOptions {
  /** Without it nobody judges the results. */
  policy?: ReportPolicy;
  /** The day by which ignore entries expire. */
  asOf: Date;
  previous?: PreviousAssay;
  ownFixes: OwnFixes;
}

/**
 * The report of an assay that stands alone.
 * @throws EvidenceError `assay-product` when it is of another product than the baseline, before anything else is compared; what the gate throws
 */
export async function reportOfResults({ assay, detail }: { assay: Assay; detail: AssayDetail }, source: ReportSource, options: ResultsReportOptions): Promise<ReportModel> {
  const { policy, asOf, previous } = options;
  if (policy !== undefined) assertProduct(assay, policy, source.name);
  const verdict = policy === undefined ? undefined : judge(assay, policy.baseline, {
    run: runIn(assay), target: assay.target.name, content: policy.content, asOf, ...(previous === undefined ? {} : { previous }),
  });
  return buildReport({
    source, assay, detail, verdict, baseline: policy?.baseline,
    environment: { seconds: {} }, before: undefined, steps: [], packages: undefined, signature: { state: 'unsigned' }, files: [],
    notices: policy === undefined ? [{ code: 'not-judged', message: 'no baseline was given: these are oscap\'s results, and nobody has judged them' }] : [],
    ownFixes: await options.ownFixes(productOf(assay.benchmark.id)),
  });
}

/** The report of an assay that was just made of a machine, and judged; its ARF is at `path`. */
export async function reportOfMachine(path: string, judged: { assay: Assay; verdict: Verdict; baseline: Baseline }, name: string, ownFixes: OwnFixes): Promise<ReportModel> {
  const details = new DetailCollector();
  await readAssay(path, { beside: details });
  return buildReport({
    ...judged, source: { kind: 'machine', name },
    detail: details.finish(judged.assay),
    environment: { seconds: {} }, before: undefined, steps: [], packages: undefined, signature: { state: 'unsigned' }, files: [], notices: [],
    ownFixes: await ownFixes(judged.baseline.content.product),
  });
}

function assertProduct(assay: Assay, { baseline }: ReportPolicy, name: string): void {
  const { product } = baseline.content;
  if (isOfProduct(assay.benchmark.id, product)) return;
  throw new EvidenceError('assay-product', `${name} is of ${productOf(assay.benchmark.id)}, the baseline ${baseline.name} is for ${product}`, { remedy: `give a baseline for ${productOf(assay.benchmark.id)}, or the ARF of a ${product} machine` });
}
