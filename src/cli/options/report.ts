import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv } from 'yargs';
import { EvidenceError, UsageError } from '../../errors.ts';
import type { OwnFixes } from '../../report/gather/index.ts';
import { formats, type Format } from '../../report/index.ts';
import type { Io } from '../io.ts';
import { packageFolder } from '../package.ts';

/** One report that was asked for. */
export interface WantedReport {
  format: Format;
  /** undefined: standard output. */
  file: string | undefined;
}

export function formatOption<T>(yargs: Argv<T>): Argv<T & { format: string[] | undefined }> {
  return yargs.option('format', {
    type: 'string', array: true, nargs: 1,
    describe: `${formats.join(', ')}; FORMAT=FILE writes to a file; may be repeated, one of them without a file`,
  });
}

/** @throws UsageError for an unknown format, two that would both go to standard output, or two that go to one file */
export function wantedReports(given: readonly string[] | undefined, output: string | undefined, fallback: Format | undefined): WantedReport[] {
  const wanted = (given ?? (fallback === undefined ? [] : [fallback])).map((text): WantedReport => {
    const [, name = '', file] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
    const format = formats.find((known) => known === name);
    if (format === undefined) throw new UsageError('report-format', `there is no report format "${name}"`, { remedy: `one of: ${formats.join(', ')}` });
    if (file === '') throw new UsageError('report-format', `--format ${text}: a file name is missing behind "="`);
    return { format, file };
  });
  const loose = wanted.filter(({ file }) => file === undefined);
  if (loose.length > 1) throw new UsageError('report-format', `${loose.map(({ format }) => format).join(' and ')} would both go to standard output`, { remedy: 'give each a file: --format sarif=out.sarif' });
  if (output !== undefined) {
    const [first] = loose;
    if (first === undefined) throw new UsageError('report-format', '--output has nothing to write: every format has a file of its own');
    first.file = output;
  }
  const files = wanted.flatMap(({ file }) => file ?? []);
  if (new Set(files).size < files.length) throw new UsageError('report-format', 'two formats would be written to one file');
  return wanted;
}

/** @throws EvidenceError `report-unwritable` */
export async function deliver(text: string, file: string | undefined, io: Io): Promise<void> {
  if (file === undefined) {
    io.out(text);
    return;
  }
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new EvidenceError('report-unwritable', `cannot write the report to ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** The rules that this Cupel has fixes of its own for. */
export const ownFixes: OwnFixes = async (product) => {
  if (!/^[a-z]+\d*$/.test(product)) return new Set();
  const { loadOwnFixes } = await import('../../harden/fixes.ts');
  return new Set((await loadOwnFixes(join(packageFolder, 'provisioners', 'fixes'), product)).keys());
};
