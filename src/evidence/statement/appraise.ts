import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { Assay } from '../../assay/index.ts';
// Past the folder's door: it would load fetching and everything else that a lock makes needless.
import { readLock, readLockDigests } from '../../baseline/lock.ts';
import type { Baseline } from '../../baseline/model.ts';
import { EvidenceError } from '../../errors.ts';
import { judge, serializeVerdict, type Verdict } from '../../gate/index.ts';
import type { XmlHandler } from '../../xml/index.ts';
import { type Contents, sbomFile } from '../bundle/index.ts';
import { assayIn } from './assay.ts';
import { type Environment, environmentSchema } from './environment.ts';
import { parseUnambiguous, readStrictJson } from './strict-json.ts';
import { verdictSchema } from './verdict-schema.ts';

/** Evidence whose parts agree with each other, and whose verdict the gate gives again. */
export interface Appraisal {
  verdict: Verdict;
  baseline: Baseline;
  assay: Assay;
  environment: Environment;
  /** SHA-256 (hex) of `tailoring.xml`. */
  tailoring: string;
  /** SHA-256 (hex) of the slim content that was scanned with, where the lock names one. */
  slim: string | undefined;
  /** The moment by which ignore entries were held against the calendar, ISO 8601. */
  judged: string;
}

/** Between the moment a run takes for its date and the end of its final assay lies the run itself. */
const longestRun = 48 * 3_600_000;
const day = 86_400_000;

/**
 * Reads the evidence and judges it again, by what is in it alone.
 * @param beside is told of every element of the ARF, too
 * @throws EvidenceError for whatever is broken, or does not agree
 */
export async function appraise(contents: Contents, beside?: XmlHandler): Promise<Appraisal> {
  const verdict = readStrictJson(part(contents, 'verdict.json'), 'verdict.json', verdictSchema);
  const environment = readStrictJson(part(contents, 'environment.json'), 'environment.json', environmentSchema);
  const before = contents.get('before.json');
  if (before !== undefined) parseUnambiguous(before, 'before.json');
  assertSbom(contents.get(sbomFile), verdict);
  const { baseline, tailoring, slim } = agreeingBaseline(contents, verdict);
  assertContent(verdict, slim, environment);
  const reverted = environment.hardening?.reverted ?? [];
  assertReverted(contents.get('harden.jsonl'), reverted);

  const assay = await assayIn(part(contents, 'arf.xml.gz'), beside);
  assertScanner(assay, environment);
  const judged = judgedAt(assay, environment);
  assertApproved(baseline, judged);

  const again = judge(assay, baseline, {
    run: verdict.run, target: verdict.target, content: verdict.content, asOf: new Date(judged), requireRun: true, revertedRules: reverted,
  });
  assertSameVerdict(verdict, again);
  return { verdict, baseline, assay, environment, tailoring, slim, judged };
}

function agreeingBaseline(contents: Contents, verdict: Verdict): { baseline: Baseline; tailoring: string; slim: string | undefined } {
  const text = part(contents, 'baseline.lock.yaml').toString('utf8');
  const baseline = readLock(text);
  const digests = readLockDigests(text);
  if (verdict.baseline.name !== baseline.name || verdict.baseline.sha256 !== baseline.sha256) {
    throw new EvidenceError('baseline-mismatch', `the verdict is by baseline ${verdict.baseline.name} (${verdict.baseline.sha256}), the lock holds ${baseline.name} (${baseline.sha256})`);
  }
  const { product, version, sha256 } = verdict.content;
  if (product !== baseline.content.product || version !== digests.content.version || sha256 !== digests.content.sha256) {
    throw new EvidenceError('content-mismatch', `the verdict names content ${product} ${version} (${sha256}), the lock ${baseline.content.product} ${digests.content.version} (${digests.content.sha256})`);
  }
  if (baseline.content.sha256 !== undefined && baseline.content.sha256 !== sha256) {
    throw new EvidenceError('content-mismatch', `the baseline pins content ${baseline.content.sha256}, the evidence was made with ${sha256}`);
  }
  const tailoring = createHash('sha256').update(part(contents, 'tailoring.xml')).digest('hex');
  if (tailoring !== digests.tailoring) throw new EvidenceError('tailoring-mismatch', 'tailoring.xml is not the one that the lock names');
  return { baseline, tailoring, slim: digests.content.slim_sha256 };
}

function assertContent(verdict: Verdict, slim: string | undefined, { content }: Environment): void {
  if (content === undefined) return;
  if (content.sha256 !== verdict.content.sha256) throw new EvidenceError('content-mismatch', `the verdict names content ${verdict.content.sha256}, environment.json ${content.sha256}`);
  if (content.slim_sha256 !== slim) throw new EvidenceError('content-mismatch', `the lock names slim content ${slim ?? '(none)'}, environment.json ${content.slim_sha256 ?? '(none)'}`);
}

const step = z.looseObject({ rules: z.array(z.string()), outcome: z.string() });

const sbomSchema = z.looseObject({ serialNumber: z.string(), metadata: z.looseObject({ component: z.looseObject({ name: z.string() }) }) });

/** A list of packages says nothing of another image's build. */
function assertSbom(bytes: Buffer | undefined, { run, target }: Verdict): void {
  if (bytes === undefined) return;
  const { serialNumber, metadata } = readStrictJson(bytes, sbomFile, sbomSchema);
  if (serialNumber !== `urn:uuid:${run}` || metadata.component.name !== target) {
    throw new EvidenceError('sbom-mismatch', `${sbomFile} is of ${metadata.component.name}, ${serialNumber}, not of ${target}, run ${run}`, { subject: sbomFile });
  }
}

/** A rolled-back fix makes its rules count as failed, so who hides one improves the verdict. */
function assertReverted(harden: Buffer | undefined, reverted: readonly string[]): void {
  if (harden === undefined) return;
  const recorded = new Set<string>();
  for (const [index, line] of harden.toString('utf8').split('\n').entries()) {
    if (line === '') continue;
    let data: unknown;
    try {
      data = JSON.parse(line);
    } catch (cause) {
      throw new EvidenceError('json-invalid', `harden.jsonl:${index + 1}: not JSON`, { cause });
    }
    const record = step.safeParse(data);
    if (!record.success) throw new EvidenceError('json-schema', `harden.jsonl:${index + 1}: not the record of a step`);
    if (record.data.outcome === 'reverted') for (const rule of record.data.rules) recorded.add(rule);
  }
  if (!isDeepStrictEqual(recorded, new Set(reverted))) {
    throw new EvidenceError('hardening-mismatch', `harden.jsonl says that ${[...recorded].join(', ') || 'nothing'} was rolled back, environment.json ${reverted.join(', ') || 'nothing'}`);
  }
}

function assertScanner(assay: Assay, { oscap }: Environment): void {
  const version = assay.testSystem.split(':').at(-1);
  if (version !== oscap) throw new EvidenceError('scanner-mismatch', `the ARF was made by ${assay.testSystem}, environment.json says oscap ${oscap}`);
}

function judgedAt(assay: Assay, environment: Environment): string {
  const end = Date.parse(assay.endTime);
  const judged = environment.judged === undefined ? end : Date.parse(environment.judged);
  if (Math.abs(judged - end) > longestRun) {
    throw new EvidenceError('judged-elsewhen', `the assay ended at ${assay.endTime}, but was judged by the calendar of ${environment.judged ?? ''}`);
  }
  return new Date(judged).toISOString();
}

/** An approval of the day after, by the calendar of somewhere else, is none of the future. */
function assertApproved(baseline: Baseline, judged: string): void {
  const late = baseline.ignore.find(({ approved }) => approved !== undefined && Date.parse(`${approved}T00:00:00Z`) > Date.parse(judged) + day);
  if (late !== undefined) throw new EvidenceError('ignore-approved-later', `the ignore of ${late.rule} was approved on ${late.approved ?? ''}, after the build was judged (${judged})`);
}

function assertSameVerdict(held: Verdict, again: Verdict): void {
  if (held.verdict === 'accepted' && again.verdict === 'refused') {
    throw new EvidenceError('gate-mismatch', `the verdict says accepted, but the gate refuses the enclosed ARF: ${again.reasons[0]?.message ?? ''}`);
  }
  // Without the previous assay the gate cannot find again what was refused as a regression.
  const ours = JSON.parse(serializeVerdict(held.verdict === 'refused' ? { ...again, verdict: 'refused', reasons: held.reasons } : again)) as Record<string, unknown>;
  const theirs = held as unknown as Record<string, unknown>;
  const differing = Object.keys(ours).find((key) => !isDeepStrictEqual(ours[key], theirs[key]));
  if (differing !== undefined) throw new EvidenceError('gate-mismatch', `the gate, run again on the enclosed ARF, gives another "${differing}" than verdict.json holds`);
}

function part(contents: Contents, name: string): Buffer {
  const held = contents.get(name);
  if (held === undefined) throw new EvidenceError('bundle-incomplete', `the evidence lacks ${name}`);
  return held;
}
