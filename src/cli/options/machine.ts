import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assay } from '../../assay/index.ts';
import type { Verdict } from '../../gate/index.ts';
import { check } from '../../provision/index.ts';
import { reportOfMachine } from '../../report/gather/index.ts';
import type { ReportModel } from '../../report/index.ts';
import type { Target } from '../../target/index.ts';
import { createDisplay } from '../display/index.ts';
import type { Io } from '../io.ts';
import { ownFixes } from './report.ts';
import { loadSubject, type SubjectArguments } from './subject.ts';
import { connectAnyTarget, type TargetArguments } from './target.ts';

export interface CheckedMachine {
  verdict: Verdict;
  assay: Assay;
  /** Made on demand: reading why rules fail takes a moment. */
  report: () => Promise<ReportModel>;
}

/**
 * Assays and judges a machine, showing how far it is, and hands over what was found while everything is still at hand.
 * @param use what is done with it; the target is still connected, `scratch` is a private directory of this host
 * @throws CupelError as connecting, scanning and judging do
 */
export async function withCheckedMachine<T>(
  argv: TargetArguments & SubjectArguments & { local: boolean }, io: Io, use: (machine: CheckedMachine, target: Target, scratch: string) => Promise<T>,
): Promise<T> {
  const asOf = new Date();
  const subject = await loadSubject(argv, io, asOf);
  const display = createDisplay(io.isTty ? 'live' : 'plain', io);
  const scratch = await mkdtemp(join(tmpdir(), 'cupel-check-'));
  const stage = async <R>(name: 'connect' | 'assay-final', work: () => Promise<R>): Promise<R> => {
    const began = performance.now();
    display.emit({ type: 'stage', stage: name, state: 'start' });
    const result = await work();
    display.emit({ type: 'stage', stage: name, state: 'end', seconds: (performance.now() - began) / 1000 });
    return result;
  };
  try {
    const target = await stage('connect', () => connectAnyTarget(argv, io));
    try {
      const judged = await stage('assay-final', () => check(target, { ...subject, name: target.name, scratch, asOf, emit: display.emit }));
      display.close();
      const report = (): Promise<ReportModel> => reportOfMachine(join(scratch, 'check.arf.xml.gz'), { ...judged, baseline: subject.baseline }, target.name, ownFixes);
      return await use({ ...judged, report }, target, scratch);
    } finally {
      await target.close();
    }
  } finally {
    display.close();
    await rm(scratch, { recursive: true, force: true });
  }
}
