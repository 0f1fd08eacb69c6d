import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Assay } from '../assay/index.ts';
import { remoteArf, scan, type ScanOptions } from '../assay/run.ts';
import { type Baseline, renderLock, renderTailoring } from '../baseline/index.ts';
import { type ContentIndex, slimContent } from '../content/index.ts';
import { contentPath, embedAgent, embedContent, imageIgnoreList, sealImage, tailoringPath } from '../embed/index.ts';
import type { Emit, Stage } from '../events.ts';
import { judge, serializeVerdict, tally, type Tally, type Verdict } from '../gate/index.ts';
import { converge, cutFixScript, type Fix, type Hardening, loadOwnFixes, mergeFixes, renderRemediation, runPass } from '../harden/index.ts';
import { gatherPackages } from '../sbom/index.ts';
import { evidenceFrom, reboot, runJob, type Target, upload } from '../target/index.ts';
import { checkFacts, gatherFacts, type MachineFacts } from './preflight.ts';
import { installScanner } from './scanner.ts';
import { Stopwatch, type Timing } from './stopwatch.ts';

export interface ProvisionOptions {
  baseline: Baseline;
  content: { path: string; product: string; version: string; sha256: string };
  /** Of that content. */
  index: ContentIndex;
  /** Every XCCDF value of the tailored profile, by short id. */
  values: Readonly<Record<string, string>>;
  /** How many rules the tailored profile selects. */
  selected: number;
  /** Image name and run UUID. */
  image: string;
  run: string;
  /** The folder `provisioners/` of this package. */
  provisioners: string;
  /** A private directory of this host for files in transit. */
  scratch: string;
  asOf: Date;
  previous?: Assay;
  rebootTimeoutSeconds: number;
  emit: Emit;
}

/** Everything that is known at the end; the evidence is written from it. */
export interface Provisioned {
  verdict: Verdict;
  assay: Assay;
  before: Tally;
  hardening: Hardening;
  facts: MachineFacts;
  oscapVersion: string;
  timing: Timing;
  /** What the machine's package database answered after the last assay (src/sbom). */
  packages: string;
  /** The final ARF on this host, compressed. */
  arfPath: string;
  /** SHA-256 (hex) and bytes of the slim content, which every assay was made with and the image holds. */
  slim: { sha256: string; size: number };
  tailoring: string;
  lock: string;
  remediation: string;
}

const assayNames = { before: 'before', final: 'final' } as const;

/**
 * The whole way against a connected builder VM, up to the sealed image. Writes nothing on this host but in `scratch`.
 * A refused machine is left as it is (Packer throws it away); only an accepted one is sealed.
 * @throws CupelError of the stage that failed
 */
export async function provision(target: Target, options: ProvisionOptions): Promise<Provisioned> {
  const { baseline, emit } = options;
  // Since this process began: reading the content and connecting are ours too.
  const watch = new Stopwatch(0);
  const stage = async <T>(name: Stage, work: () => Promise<T>, detail?: (result: T) => string): Promise<T> => {
    emit({ type: 'stage', stage: name, state: 'start' });
    const began = Date.now();
    const result = await work();
    const words = detail?.(result);
    emit({ type: 'stage', stage: name, state: 'end', seconds: (Date.now() - began) / 1000, ...(words === undefined ? {} : { detail: words }) });
    return result;
  };

  const facts = await stage('preflight', async () => {
    const found = await gatherFacts(target);
    checkFacts(found, baseline.content.product, target.name);
    if (found.failedUnits.length > 0) emit({ type: 'warning', message: `units that failed before anything was done: ${found.failedUnits.join(', ')}` });
    return { ...found, workDirectory: found.workDirectory };
  }, (found) => `${found.osName}, kernel ${found.kernel}, ${Math.round(found.memory / 1024)} MiB`);

  const work = facts.workDirectory;
  const unitPrefix = `cupel-${options.run.slice(0, 8)}`;
  const remote = { content: `${work}/content.xml`, tailoring: `${work}/tailoring.xml` };
  // One file for all assays, the fixes, the evidence and the image: so it names the content by its place in the image.
  const tailoring = renderTailoring(baseline, { dataStreamHref: contentPath(options.content.product) });

  const [slim, oscapVersion] = await stage('content', () => both(
    (async () => {
      const made = await slimContent(options.content.path, baseline, options.index);
      await upload(target, made.bytes, remote.content, '0600');
      await upload(target, tailoring, remote.tailoring, '0600');
      return made;
    })(),
    (async () => {
      const { version, seconds } = await installScanner(target, facts, work, unitPrefix);
      watch.add('packages', seconds);
      return version;
    })(),
  ), ([made, version]) => `oscap ${version}, content ${options.content.version}, slimmed ${megabytes(made.source.size)} → ${megabytes(made.size)} MB`);
  const lock = renderLock(baseline, {
    content: { version: options.content.version, sha256: options.content.sha256, slim_sha256: slim.sha256 },
    tailoring: createHash('sha256').update(tailoring).digest('hex'),
  });

  const scanAs = (name: string, from: { content: string; tailoring: string }): ScanOptions => ({
    name, workDirectory: work, unitPrefix, contentPath: from.content, tailoringPath: from.tailoring, profile: baseline.tailoredProfile,
    run: options.run, selected: options.selected, localPath: join(options.scratch, `${name}.arf.xml.gz`), emit, onOscap: (seconds) => { watch.add('oscap', seconds); },
  });
  const assay = (name: string, from = remote): Promise<Assay> => scan(target, scanAs(name, from));
  const ignored = new Set(baseline.ignore.map((entry) => entry.rule));
  const describe = (found: Assay): string => summarize(tally(found.rules, ignored));

  // Both at once, so only the longer one's time passes: the stopwatch counts the assay's.
  const [before, fixes] = await stage('assay-before', () => both(
    assay(assayNames.before),
    gatherFixes(target, options, work, unitPrefix, remote),
  ), ([found]) => describe(found));

  const runner = await readFile(join(options.provisioners, 'harden', 'runner.sh'), 'utf8');
  const hardening = await stage('harden', () => converge(before, baseline, fixes, {
    emit,
    assay: async (pass) => {
      const found = await assay(`pass-${pass}`);
      emit({ type: 'progress', message: `after pass ${pass}: ${describe(found)}` });
      return found;
    },
    runPass: async (pass, steps) => {
      emit({ type: 'progress', message: `pass ${pass}: ${steps.length} steps` });
      const records = await runPass(target, pass, steps, { workDirectory: work, unitPrefix, runner, values: options.values, guard: baseline.harden.guard, emit });
      for (const record of records) watch.add(record.kind === 'packages' ? 'packages' : 'fixes', record.seconds);
      return records;
    },
  }), (done) => `${done.passes} passes, ${done.records.length} steps, ${done.reverted.length} reverted`);

  // Before the last assay and the reboot, so that what is judged is what ships.
  await stage('embed', async () => {
    const { product } = options.content;
    await embedContent(target, { product, dataStream: slim.bytes, tailoring, lock, ignoreList: imageIgnoreList(baseline) });
    await embedAgent(target, { provisioners: options.provisioners, product, values: options.values, architecture: facts.architecture, building: true });
  });
  await stage('reboot', () => watch.during('reboot', () => reboot(target, { timeoutSeconds: options.rebootTimeoutSeconds, failedBefore: facts.failedUnits })), (seconds) => `login after ${seconds.toFixed(0)} s`);
  const [final, packages] = await stage('assay-final', async () => [await assay(assayNames.final, { content: contentPath(options.content.product), tailoring: tailoringPath }), await gatherPackages(target)] as const, ([found]) => describe(found));

  const verdict = await stage('gate', () => Promise.resolve(judge(final, baseline, {
    run: options.run, target: options.image, content: options.content, asOf: options.asOf, requireRun: true,
    ...(options.previous === undefined ? {} : { previous: options.previous }),
    revertedRules: hardening.reverted,
  })), (given) => given.verdict);

  const remediation = renderRemediation(final, baseline, fixes, options.values, `${options.image}, run ${options.run}, baseline ${baseline.name}`);
  if (verdict.verdict === 'accepted') {
    await stage('seal', async () => {
      const hygiene = await readFile(join(options.provisioners, 'seal', 'hygiene.sh'), 'utf8');
      const files = {
        'verdict.json': serializeVerdict(verdict), 'remediation.sh': remediation, 'baseline.lock.yaml': lock, 'tailoring.xml': tailoring,
        'run.json': `${JSON.stringify({ image: options.image, run: options.run, baseline: baseline.name }, null, 2)}\n`,
      };
      await sealImage(target, { files, remoteArf: remoteArf(work, assayNames.final) }, hygiene, work);
    });
  }
  return {
    verdict, assay: final, before: tally(before.rules, ignored), hardening, facts, oscapVersion, packages, timing: watch.timing(),
    arfPath: join(options.scratch, `${assayNames.final}.arf.xml.gz`), slim: { sha256: slim.sha256, size: slim.size }, tailoring, lock, remediation,
  };
}

/** Both results, or the first failure, but never before both have ended: nothing may go on working on a target that is let go. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

/** The content's fixes for the tailored profile, taken out by oscap itself on the target, with ours in place of those they replace. */
async function gatherFixes(target: Target, options: ProvisionOptions, work: string, unitPrefix: string, remote: { content: string; tailoring: string }): Promise<Map<string, Fix>> {
  const own = await loadOwnFixes(join(options.provisioners, 'fixes'), options.baseline.content.product);
  const lines: string[] = [];
  const result = await runJob(target, work, unitPrefix, {
    name: 'fixes',
    script: 'exec oscap xccdf generate fix --fix-type bash --profile "$3" --tailoring-file "$2" "$1"',
    args: [remote.content, remote.tailoring, options.baseline.tailoredProfile],
    timeoutSeconds: 1800,
    onLine: (line) => lines.push(line),
  });
  if (result.exitCode !== 0) throw evidenceFrom('oscap-failed', `${target.name}: oscap could not take the fixes out of the content`, result);
  return mergeFixes(cutFixScript(lines.join('\n')), own);
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

function summarize(counted: Tally): string {
  return `${counted.counts.pass} passed, ${counted.evaluated - counted.counts.pass} not, of ${counted.evaluated} evaluated`;
}
