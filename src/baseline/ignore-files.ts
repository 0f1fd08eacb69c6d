import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readIgnoreList, type IgnoreTerms } from './ignore-list.ts';
import type { ReadFile } from './merge.ts';
import type { IgnoreEntry } from './model.ts';
import type { Located, Problem } from './problem.ts';

/** Reads the ignore lists that one baseline file names. A line's own terms win over those given for the whole list. */
export async function readIgnoreFiles(
  read: ReadFile, label: (file: string) => string, problems: Problem[],
): Promise<{ files: string[]; entries: Located<IgnoreEntry>[] }> {
  const files: string[] = [];
  const entries: Located<IgnoreEntry>[] = [];
  for (const [index, named] of (read.parsed.ignore_files ?? []).entries()) {
    const { path, ...terms } = typeof named === 'string' ? { path: named } : named;
    const file = resolve(dirname(read.yaml.file), path);
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      problems.push({
        ...read.yaml.placeOf(['ignore_files', index]), code: 'not-found', what: `cannot read the ignore list ${file}: ${String(error)}`,
        remedy: 'the path is taken from the folder of the file that names it',
      });
      continue;
    }
    files.push(file);
    const list = readIgnoreList(text);
    problems.push(...list.problems.map((problem): Problem => ({ file, ...problem })));
    for (const { rule, reason, line, ...own } of list.entries) {
      const { owner, expires, approved, ticket }: IgnoreTerms = { ...withoutUndefined(terms), ...own };
      const place = { file, line, column: 1 };
      if (owner === undefined || expires === undefined) {
        const lacks = [owner === undefined ? 'owner' : '', expires === undefined ? 'expires' : ''].filter(Boolean).join(' and ');
        problems.push({
          ...place, code: 'ignore-no-terms', what: `${rule} is ignored without ${lacks}`,
          remedy: `name the list in the baseline as { path: ${path}, owner: …, expires: YYYY-MM-DD }, or write "# ${reason}; owner=…; expires=YYYY-MM-DD"`,
        });
        continue;
      }
      entries.push({ ...place, value: { rule, reason, owner, approved, expires, ticket, source: `${label(file)}:${line}` } });
    }
  }
  return { files, entries };
}

const withoutUndefined = (terms: { [Key in keyof IgnoreTerms]?: IgnoreTerms[Key] | undefined }): IgnoreTerms =>
  Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined));
