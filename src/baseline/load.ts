import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadChoices } from './choices.ts';
import type { BaselineDocument } from './document.ts';
import { nearest } from './nearest.ts';
import { mergeFiles, type ReadFile } from './merge.ts';
import { readIgnoreFiles } from './ignore-files.ts';
import { BaselineError, inOrder, type Place, type Problem } from './problem.ts';
import { listBaselines, listFragments } from './shipped.ts';
import { validateFile } from './validate.ts';
import { parseYamlFile } from './yaml-file.ts';

export interface LoadOptions {
  /** Where shipped baselines are, with `fragments/` and `choices/` below. Default: the package's own. */
  folder?: string;
}

/** The package's own baselines, from `src/baseline/` and `dist/baseline/` alike. */
export const shippedFolder: string = fileURLToPath(new URL('../../baselines/', import.meta.url));

/**
 * Loads a baseline: `extends` merged, ignore lists read, every problem of every file collected.
 * @param path a file, or the name of a shipped baseline
 * @throws BaselineError with all problems at once
 */
export async function loadBaseline(path: string, options: LoadOptions = {}): Promise<BaselineDocument> {
  const { document, problems } = await inspectBaseline(path, options);
  if (document === undefined || problems.length > 0) throw new BaselineError(problems);
  return document;
}

/**
 * The same without throwing, for lint: what is sound is loaded even when something else is not.
 * @returns no document when content or profile cannot be told
 */
export async function inspectBaseline(path: string, options: LoadOptions = {}): Promise<{ document: BaselineDocument | undefined; problems: Problem[] }> {
  const folder = options.folder ?? shippedFolder;
  const file = isName(path) ? join(folder, `${path}.yml`) : path;
  const problems: Problem[] = [];
  const files = await readWithExtends(file, folder, [], problems, { file, line: 1, column: 1 });
  const root = dirname(resolve(file));
  const label = (name: string): string => relative(root, resolve(name));
  const ignoreFiles = await Promise.all(files.map((read) => readIgnoreFiles(read, label, problems)));
  const merged = mergeFiles(file, files, ignoreFiles.map(({ entries }) => entries), label, problems);
  if (merged === undefined) return { document: undefined, problems: inOrder(problems) };
  const sources = files.flatMap((read, index) => [label(read.yaml.file), ...(ignoreFiles[index]?.files.map(label) ?? [])]);
  const choiceTable = await loadChoices(merged.content.product, join(folder, 'choices'));
  return { document: { ...merged, choiceTable, sources }, problems: inOrder(problems) };
}

/** The file after everything it extends, each file once, in the order merged. */
async function readWithExtends(file: string, folder: string, chain: readonly string[], problems: Problem[], from: Place): Promise<ReadFile[]> {
  const id = resolve(file);
  if (chain.includes(id)) {
    problems.push({ ...from, code: 'extends-cycle', what: `${file} extends itself`, remedy: 'take it out of one of the extends lists' });
    return [];
  }
  const text = await readText(file, folder, problems, from, chain.length > 0);
  if (text === undefined) return [];
  const { yaml, parsed, problems: found } = validateFile(parseYamlFile(file, text));
  problems.push(...found);
  const before: ReadFile[] = [];
  for (const [index, name] of (parsed.extends ?? []).entries()) {
    const target = isName(name) ? await shipped(name, folder) : resolve(dirname(file), name);
    for (const read of await readWithExtends(target, folder, [...chain, id], problems, yaml.placeOf(['extends', index]))) {
      if (!before.some((earlier) => resolve(earlier.yaml.file) === resolve(read.yaml.file))) before.push(read);
    }
  }
  return [...before, { yaml, parsed }];
}

/** @param extended whether another file extends it: then it may be a fragment */
async function readText(file: string, folder: string, problems: Problem[], from: Place, extended: boolean): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : String(error);
    const fragments = extended ? await listFragments(folder) : [];
    const near = nearest(basename(file, '.yml'), [...fragments, ...await listBaselines(folder)]);
    problems.push({
      ...from, code: 'not-found', what: `cannot read ${file}: ${reason}`, ...(near === undefined ? {} : { nearest: near }),
      remedy: `${fragments.length > 0 ? `fragments shipped: ${fragments.join(', ')}; ` : ''}cupel baseline list names ${extended ? 'the baselines' : 'those'} shipped; anything else is a path with a slash or .yml`,
    });
    return undefined;
  }
}

const isName = (path: string): boolean => !path.includes('/') && !/\.ya?ml$/.test(path);

/** A name in `extends` is a fragment first, then a shipped baseline. */
async function shipped(name: string, folder: string): Promise<string> {
  const fragment = join(folder, 'fragments', `${name}.yml`);
  try {
    await readFile(fragment);
    return fragment;
  } catch {
    return join(folder, `${name}.yml`);
  }
}
