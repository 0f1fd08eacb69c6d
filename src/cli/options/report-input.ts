import type { Argv } from 'yargs';
import type { Trust } from '../../evidence/index.ts';
import { gatherReport, type GatherOptions } from '../../report/gather/index.ts';
import type { ReportModel } from '../../report/index.ts';
import type { Io } from '../io.ts';
import { dayOf, judgingPolicy, type PolicyArguments } from './policy.ts';
import { ownFixes } from './report.ts';

export interface ReportInputArguments extends PolicyArguments {
  'as-of': string | undefined;
}

/** By what an ARF is judged, the same for every command that draws or compares reports. */
export function reportInputOptions<T>(yargs: Argv<T>): Argv<T & ReportInputArguments> {
  return yargs
    .option('baseline', { type: 'string', requiresArg: true, describe: 'for an ARF: baseline file, or the name of a shipped one' })
    .option('lock', { type: 'string', requiresArg: true, describe: 'for an ARF: baseline.lock.yaml, in place of --baseline' })
    .option('content', { type: 'string', requiresArg: true, describe: 'with --baseline: data stream the ARF was made with' })
    .option('as-of', { type: 'string', requiresArg: true, describe: 'for an ARF: day by which ignore entries expire, YYYY-MM-DD; default: today' })
    .conflicts('lock', ['baseline', 'content']);
}

/** `for-this`: a baseline beside evidence, which holds its own, is a mistake. `if-arf`: it may be meant for another input. */
export type PolicyUse = 'for-this' | 'if-arf';

/** Reads one input after another with the same options. @throws what `gatherReport` and `judgingPolicy` throw */
export function reportReader(argv: Readonly<ReportInputArguments>, io: Io, trust?: Trust): (path: string, use: PolicyUse) => Promise<ReportModel> {
  const asOf = dayOf(argv['as-of']);
  const options: GatherOptions = { asOf, now: new Date(), ownFixes, ...(trust === undefined ? {} : { trust }) };
  const judged = argv.baseline !== undefined || argv.lock !== undefined;
  return (path, use) => gatherReport(path, {
    ...options,
    ...(judged ? { policy: () => judgingPolicy(argv, asOf, io), evidenceWithPolicy: use === 'for-this' ? 'refuse' : 'ignore' } : {}),
  });
}
