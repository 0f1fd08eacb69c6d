import { basename } from 'node:path';
import { shortId } from '../content/index.ts';
import type { BaselineDocument, ValueSetting } from './document.ts';
import type { GatePolicy, IgnoreEntry } from './model.ts';
import type { Located, Problem } from './problem.ts';
import type { BaselineFile } from './schema.ts';
import type { Path, YamlFile } from './yaml-file.ts';

/** A file that was read and checked against the schema. */
export interface ReadFile {
  yaml: YamlFile;
  parsed: Partial<BaselineFile>;
}

/**
 * Merges files in order: single values and map entries of a later file win, lists add up; of two
 * ignore entries for one rule the later file's holds.
 * @param files what is extended first, the baseline itself last
 * @param listed entries from the ignore lists of each file
 * @returns undefined when product or profile are missing; `problems` says so
 */
export function mergeFiles(
  path: string, files: readonly ReadFile[], listed: readonly (readonly Located<IgnoreEntry>[])[],
  label: (file: string) => string, problems: Problem[],
): Omit<BaselineDocument, 'choiceTable' | 'sources'> | undefined {
  const own = files.at(-1);
  if (own === undefined) return undefined;
  const content = lastOf(files, 'content');
  const merged = Object.assign({}, ...files.map(({ parsed }) => parsed.content ?? {})) as NonNullable<BaselineFile['content']>;
  const profile = lastOf(files, 'profile');
  for (const [name, value] of [['content.product', merged.product], ['profile', profile?.parsed.profile]] as const) {
    // A key that is there but wrong has been reported already.
    if (value === undefined && !mentions(files, name.split('.'))) {
      problems.push({ ...own.yaml.placeOf([]), code: 'missing-key', what: `"${name}" is missing`, remedy: `add ${name}` });
    }
  }
  if (content === undefined || merged.product === undefined || profile?.parsed.profile === undefined) return undefined;
  const gate = Object.assign({}, ...files.map(({ parsed }) => parsed.gate ?? {})) as NonNullable<BaselineFile['gate']>;
  const harden = Object.assign({}, ...files.map(({ parsed }) => parsed.harden ?? {})) as NonNullable<BaselineFile['harden']>;
  return {
    path,
    // One that is missing or wrong has been reported already, and hides nothing else.
    name: own.parsed.name ?? basename(path),
    description: own.parsed.description,
    content: { product: merged.product, version: merged.version ?? '*', sha256: merged.sha256, ...content.yaml.placeOf(['content']) },
    profile: { value: profile.parsed.profile, ...profile.yaml.placeOf(['profile']) },
    choices: new Map(files.flatMap(({ yaml, parsed }) => Object.entries(parsed.choices ?? {}).map(([choice, value]) =>
      [choice, { value, ...yaml.placeOf(['choices', choice]) }] as const))),
    values: new Map(files.flatMap((read) => [...valuesOf(read, problems)])),
    select: collect(files, ['select'], ({ select }) => select),
    deselect: files.flatMap(({ yaml, parsed }) => (parsed.deselect ?? []).map(({ rule, reason }, index) =>
      ({ value: rule, reason, ...yaml.placeOf(['deselect', index, 'rule']) }))),
    ignore: mergeIgnores(files, listed, label, problems),
    harden: { passes: harden.passes ?? 3, guard: harden.guard ?? true, skip: collect(files, ['harden', 'skip'], (parsed) => parsed.harden?.skip) },
    gate: {
      passRate: gate.pass_rate ?? 1,
      minEvaluated: gate.min_evaluated ?? 1,
      notApplicableMax: gate.not_applicable?.max,
      maxFailures: mergeLimits(files),
      noRegression: gate.no_regression ?? false,
      required: collect(files, ['gate', 'required'], (parsed) => parsed.gate?.required),
    },
  };
}

function mergeLimits(files: readonly ReadFile[]): GatePolicy['maxFailures'] {
  const limits: GatePolicy['maxFailures'] = {};
  for (const { parsed } of files) {
    for (const severity of ['high', 'medium', 'low', 'unknown'] as const) {
      const most = parsed.gate?.max_failures?.[severity];
      if (most !== undefined) limits[severity] = most;
    }
  }
  return limits;
}

const lastOf = (files: readonly ReadFile[], key: keyof BaselineFile): ReadFile | undefined => files.findLast(({ parsed }) => parsed[key] !== undefined);

function mentions(files: readonly ReadFile[], path: readonly string[]): boolean {
  return files.some(({ yaml }) => yaml.problems.length > 0 || path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined), yaml.data) !== undefined);
}

function collect(files: readonly ReadFile[], path: Path, pick: (parsed: Partial<BaselineFile>) => readonly string[] | undefined): Located<string>[] {
  const all = files.flatMap(({ yaml, parsed }) => (pick(parsed) ?? []).map((value, index) => ({ value, ...yaml.placeOf([...path, index]) })));
  return all.filter((entry, index) => all.findIndex(({ value }) => value === entry.value) === index);
}

type FileValue = NonNullable<BaselineFile['values']>[string];

function setting(yaml: YamlFile, name: string, value: FileValue): ValueSetting {
  return typeof value === 'object' ? value : { literal: yaml.sourceOf(['values', name]) ?? String(value) };
}

/** The values of one file by short id. */
function valuesOf({ yaml, parsed }: ReadFile, problems: Problem[]): Map<string, Located<ValueSetting>> {
  const here = new Map<string, Located<ValueSetting>>();
  for (const [name, value] of Object.entries(parsed.values ?? {})) {
    const place = yaml.placeOfKey(['values'], name);
    const before = here.get(shortId(name));
    if (before) {
      problems.push({ ...place, code: 'value-duplicate', what: `${shortId(name)} is set twice, first at ${before.file}:${before.line}`, remedy: 'keep one of the two' });
    } else here.set(shortId(name), { value: setting(yaml, name, value), ...place });
  }
  return here;
}

function mergeIgnores(
  files: readonly ReadFile[], listed: readonly (readonly Located<IgnoreEntry>[])[], label: (file: string) => string, problems: Problem[],
): Located<IgnoreEntry>[] {
  const merged = new Map<string, Located<IgnoreEntry>>();
  for (const [index, { yaml, parsed }] of files.entries()) {
    const written = (parsed.ignore ?? []).map((entry, position): Located<IgnoreEntry> => {
      const place = yaml.placeOf(['ignore', position, 'rule']);
      const { rule, reason, owner, approved, expires, ticket } = entry;
      return { ...place, value: { rule, reason, owner, approved, expires, ticket, source: `${label(place.file)}:${place.line}` } };
    });
    const here = new Map<string, Located<IgnoreEntry>>();
    for (const entry of [...written, ...(listed[index] ?? [])]) {
      const before = here.get(entry.value.rule);
      if (before) {
        problems.push({
          file: entry.file, line: entry.line, column: entry.column, code: 'ignore-duplicate',
          what: `${entry.value.rule} is ignored twice, first at ${before.file}:${before.line}`, remedy: 'keep one of the two',
        });
      } else here.set(entry.value.rule, entry);
    }
    for (const [rule, entry] of here) merged.set(rule, entry);
  }
  return [...merged.values()];
}
