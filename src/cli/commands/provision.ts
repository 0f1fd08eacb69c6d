import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { versions } from 'node:process';
import { ExitCode, UsageError } from '../../errors.ts';
import type { CupelEvent, Emit } from '../../events.ts';
import { type EvidenceParts, imageName, imageNameRule, type SealedEvidence, sealEvidence, type Signer, writeEvidence } from '../../evidence/index.ts';
import { makeFolder } from '../../make-folder.ts';
import { provision, type Provisioned } from '../../provision/index.ts';
import { renderSummary } from '../../report/index.ts';
import { renderSbom } from '../../sbom/index.ts';
import { defineCommand } from '../command.ts';
import { createDisplay, type DisplayKind } from '../display/index.ts';
import type { Io } from '../io.ts';
import { createLog, type Log } from '../log.ts';
import { packageFolder } from '../package.ts';
import { reportDrawer } from '../options/drawing.ts';
import { readPrevious } from '../options/previous.ts';
import { producer, signerFrom, signingOptions } from '../options/signing.ts';
import { loadSubject, type Subject, subjectOptions } from '../options/subject.ts';
import { connectTarget, requireSeconds, targetOptions } from '../options/target.ts';
import { describeFailure } from '../failure.ts';

const provisioners = join(packageFolder, 'provisioners');

export const provisionCommand = defineCommand({
  command: 'provision',
  describe: 'harden, assay and seal a builder VM (called by Packer)',
  options: (yargs) => signingOptions(targetOptions(subjectOptions(yargs)))
    .option('image', { type: 'string', demandOption: true, describe: 'name of the image being built' })
    .option('run-id', { type: 'string', describe: 'run UUID (build.PackerRunUUID); made when not given' })
    .option('out', { type: 'string', default: 'artifacts', describe: 'where the evidence directory goes' })
    .option('previous', { type: 'string', requiresArg: true, describe: 'ARF, evidence directory or bundle of the last good image, for gate.no_regression' })
    .option('reboot-timeout', { type: 'number', default: 900, describe: 'seconds to wait for the machine after its reboot' })
    .option('json', { type: 'boolean', default: false, describe: 'one JSON event per line on standard output' }),
  handler: async (argv, io) => {
    const run = (argv['run-id'] ?? randomUUID()).toLowerCase();
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(run)) throw new UsageError('run-id', `"${run}" is not a UUID`, { remedy: 'give build.PackerRunUUID, or leave --run-id out' });
    if (!imageName.test(argv.image)) throw new UsageError('image-name', `"${argv.image}" cannot name an image`, { remedy: imageNameRule });
    requireSeconds('reboot-timeout', argv['reboot-timeout']);
    await requireWritable(argv.out);
    // A key that cannot sign is better known now than when the image is finished.
    const signer = await signerFrom(argv, io);
    const asOf = new Date();
    const scratch = await mkdtemp(join(tmpdir(), 'cupel-run-'));
    const display = createDisplay(displayKind(argv.json, io), io);
    const log = createLog({ file: join(scratch, 'log.jsonl') });
    const emit = (event: CupelEvent): void => {
      display.emit(event);
      if (event.type !== 'status') log.event(event);
    };
    const began = performance.now();
    try {
      emit({ type: 'stage', stage: 'connect', state: 'start' });
      const subject = await loadSubject(argv, io, asOf);
      for (const entry of subject.baseline.expired) emit({ type: 'warning', message: `the ignore of ${entry.rule} (${entry.source}) expired on ${entry.expires}: the rule counts again` });
      const before = argv.previous === undefined ? undefined : await readPrevious(argv.previous);
      const previous = before?.assay;
      const previousRecord = before && { run: before.assay.target.identifier, arf: before.sha256 };
      if (before !== undefined && !subject.baseline.gate.noRegression) emit({ type: 'warning', message: `${subject.baseline.name} does not ask for no_regression: --previous is recorded, not held against` });
      const target = await connectTarget(argv, io);
      let result: Provisioned;
      try {
        emit({ type: 'stage', stage: 'connect', state: 'end', seconds: (performance.now() - began) / 1000, detail: target.name });
        result = await provision(target, {
          ...subject, image: argv.image, run, provisioners, scratch, asOf, emit, rebootTimeoutSeconds: argv['reboot-timeout'],
          ...(previous === undefined ? {} : { previous }),
        });
      } finally {
        await target.close();
      }
      emit({ type: 'stage', stage: 'evidence', state: 'start' });
      const written = performance.now();
      const evidence = await keepEvidence(argv.out, argv.image, run, result, subject, log, scratch, { judged: asOf.toISOString(), previous: previousRecord });
      const sealed = result.verdict.verdict === 'accepted' ? await hallmark(evidence, signer, emit) : undefined;
      if (sealed !== undefined) {
        emit({ type: 'progress', message: `hallmark: ${sealed.bundle}, signed by ${signer.algorithm} key ${signer.keyid}` });
        if (signer.development) emit({ type: 'warning', message: 'signed with the development key, which nobody trusts: give --signing-key' });
      }
      emit({ type: 'stage', stage: 'evidence', state: 'end', seconds: (performance.now() - written) / 1000, detail: evidence });
      display.close();
      const text = renderSummary({
        verdict: result.verdict, before: result.before, evidencePath: evidence, seconds: (performance.now() - began) / 1000,
        hardening: { steps: result.hardening.records.length, passes: result.hardening.passes, reverted: result.hardening.reverted, oscillating: result.hardening.oscillating },
        assay: result.assay,
      });
      if (argv.json) io.out(JSON.stringify({ type: 'verdict', verdict: result.verdict, evidence, ...(sealed === undefined ? {} : { bundle: sealed.bundle, sha256: sealed.sha256 }) }));
      else io.out(text);
      return result.verdict.verdict === 'accepted' ? ExitCode.ok : ExitCode.refused;
    } catch (error) {
      display.close();
      await keepFailure(error, argv.out, argv.image, run, log, io);
      throw error;
    } finally {
      display.close();
      await log.close();
      await rm(scratch, { recursive: true, force: true });
    }
  },
});

/** Better now than when the image is finished. @throws UsageError `out-unwritable` */
async function requireWritable(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new UsageError('out-unwritable', `the evidence cannot be written to ${folder}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause, remedy: 'give --out a directory that can be written' });
  }
}

function displayKind(json: boolean, io: Io): DisplayKind {
  if (json) return 'json';
  return io.isTty ? 'live' : 'plain';
}

/** What the verdict also rests on, and only the statement says. */
interface Judgement {
  /** The moment by which ignore entries were held against the calendar. */
  judged: string;
  previous: { run: string; arf: string } | undefined;
}

async function keepEvidence(out: string, image: string, run: string, result: Provisioned, subject: Subject, log: Log, scratch: string, judgement: Judgement): Promise<string> {
  const harden = join(scratch, 'harden.jsonl');
  await writeFile(harden, result.hardening.records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await log.flush();
  const parts: EvidenceParts = {
    image, run, verdict: result.verdict,
    arf: { file: result.arfPath }, remediation: { text: result.remediation }, baselineLock: { text: result.lock }, tailoring: { text: result.tailoring },
    harden: { file: harden }, log: { file: log.file }, before: result.before,
    sbom: { text: renderSbom(result.packages, { image, run, timestamp: judgement.judged, producer: producer() }) },
    environment: {
      os: result.facts.osName, kernel: result.facts.kernel, architecture: result.facts.architecture, oscap: result.oscapVersion,
      content: { product: subject.content.product, version: subject.content.version, sha256: subject.content.sha256, slim_sha256: result.slim.sha256 },
      node: versions.node,
      hardening: { passes: result.hardening.passes, reverted: result.hardening.reverted, oscillating: result.hardening.oscillating, unfixable: result.hardening.unfixable },
      seconds: { ...result.timing },
      ...judgement,
    },
  };
  return (await writeEvidence(out, parts)).directory;
}

/** What fails here fails the build, and leaves evidence that is true, but that nobody vouches for: better said than found out. */
async function hallmark(evidence: string, signer: Signer, emit: Emit): Promise<SealedEvidence> {
  try {
    return await sealEvidence(evidence, signer, producer(), await reportDrawer());
  } catch (error) {
    emit({ type: 'warning', message: `the gate accepted the machine, but its evidence is not signed, and cupel verify refuses it; if the image is kept all the same: cupel bundle ${evidence} --signing-key …` });
    throw error;
  }
}

/** A build that ended before the gate leaves its log, clearly marked. What made it end matters more than a log that cannot be written. */
async function keepFailure(error: unknown, out: string, image: string, run: string, log: Log, io: Io): Promise<void> {
  log.failure(describeFailure(error, true).text);
  try {
    await log.flush();
    await writeEvidence(out, { image, run, log: { file: log.file } });
  } catch (second) {
    io.note(`cupel: the log of the failed run could not be kept: ${second instanceof Error ? second.message : String(second)}`);
  }
}
