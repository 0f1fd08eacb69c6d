import * as z from 'zod';
import type { RuleResult } from '../../assay/model.ts';
import { CupelError } from '../../errors.ts';
import { verdictSchema } from '../../evidence/statement/verdict-schema.ts';
import { failing } from '../../gate/index.ts';
import { passedIn } from '../../gate/reasons.ts';
import type { Verdict } from '../../gate/index.ts';
import { isSystemError, type Platform } from '../platform/index.ts';
import type { ScanResult } from '../result.ts';
import { readCompressedArf } from './arf.ts';
import { parseJson } from './json.ts';
import type { Places } from './places.ts';

const limit = 4 * 1024 * 1024;
/** Of `run.json`, what is used here. */
const runRecord = z.object({ image: z.string() });

/** What the image's own record says of its build; null where there is none or it cannot be read. */
export function readBuild(platform: Platform, places: Places): ScanResult['build'] {
  const run = readRecord(platform, `${places.build}/run.json`, runRecord);
  const verdict = readBuildVerdict(platform, places);
  if (run === undefined || verdict === undefined) return null;
  return { image: run.image, baseline: verdict.baseline.name, content: verdict.content.version, run: verdict.run };
}

/** `undefined` where there is none or it cannot be read. */
export function readBuildVerdict(platform: Platform, places: Places): Verdict | undefined {
  return readRecord(platform, `${places.build}/verdict.json`, verdictSchema);
}

function readRecord<T>({ files }: Platform, path: string, shape: z.ZodType<T>): T | undefined {
  try {
    return parseJson(files.readText(path, limit), shape);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/**
 * Short ids of the rules that passed when the image was built and are not met now.
 * @param ignored short ids that do not count
 * @returns null when the build's evidence is missing or broken
 */
export function driftFrom(platform: Platform, places: Places, rules: readonly RuleResult[], ignored: ReadonlySet<string>): string[] | null {
  const path = `${places.build}/arf.xml.gz`;
  try {
    if (platform.files.look(path) === undefined) return null;
    const passed = passedIn(readCompressedArf(platform, path).rules);
    return rules.filter(({ rule, result }) => failing.has(result) && passed.has(rule) && !ignored.has(rule)).map(({ rule }) => rule).sort();
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof CupelError)) throw error;
    return null;
  }
}
