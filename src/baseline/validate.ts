import * as z from 'zod';
import { nearest } from './nearest.ts';
import type { ReadFile } from './merge.ts';
import type { Problem } from './problem.ts';
import { baselineSchema, type BaselineFile } from './schema.ts';
import { withoutElements, type YamlFile } from './yaml-file.ts';

/**
 * Checks a file against the schema, element by element, so that one that is wrong hides nothing of the others.
 * @returns the elements that are right, where they were written, and a problem for each thing that is not right
 */
export function validateFile(yaml: YamlFile): ReadFile & { problems: Problem[] } {
  const problems = [...yaml.problems];
  if (yaml.data === undefined) return { yaml, parsed: {}, problems };
  if (typeof yaml.data !== 'object' || yaml.data === null || Array.isArray(yaml.data)) {
    problems.push({ ...yaml.placeOf([]), code: 'schema', what: 'a baseline is a map of keys', remedy: 'see docs/baselines.md for an example' });
    return { yaml, parsed: {}, problems };
  }
  const whole = baselineSchema.safeParse(yaml.data);
  if (whole.success) return { yaml, parsed: whole.data, problems };
  problems.push(...whole.error.issues.flatMap((issue) => describeIssue(issue, yaml)));
  const sound = withoutElements(yaml, whole.error.issues.flatMap((issue) =>
    (issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path])));
  const parsed = baselineSchema.partial().safeParse(sound.data);
  return { yaml: sound, parsed: parsed.success ? withoutUndefined(parsed.data) : {}, problems };
}

const withoutUndefined = (data: { [Key in keyof BaselineFile]?: BaselineFile[Key] | undefined }): Partial<BaselineFile> =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));

function describeIssue(issue: z.core.$ZodIssue, yaml: YamlFile): Problem[] {
  const where = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path);
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      return {
        ...yaml.placeOfKey(issue.path, key),
        code: 'unknown-key',
        what: `unknown key "${key}"${where === '' ? '' : ` in ${where}`}`,
        ...(near === undefined ? {} : { nearest: near }),
        remedy: `known keys here: ${known.join(', ')}`,
      };
    });
  }
  // Of a union the branch that came furthest explains best what is wrong.
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.map((branch) => branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
    const deepest = branches.find((branch) => branch.some((inner) => inner.path.length > issue.path.length || inner.code === 'unrecognized_keys'));
    if (deepest) return deepest.flatMap((inner) => describeIssue(inner, yaml));
  }
  const key = issue.path.at(-1);
  const missing = issue.code === 'invalid_type' && valueAt(yaml.data, issue.path) === undefined;
  return [{
    ...yaml.placeOf(issue.path),
    code: missing ? 'missing-key' : 'schema',
    what: missing ? `"${String(key)}" is missing${issue.path.length > 1 ? ` in ${issue.path.slice(0, -1).map(String).join('.')}` : ''}` : `${where}: ${issue.message}`,
    remedy: missing ? missingRemedy(issue.path) : 'see docs/baselines.md',
  }];
}

function missingRemedy(path: readonly PropertyKey[]): string {
  const key = String(path.at(-1));
  if (path[0] !== 'ignore') return `add ${key}`;
  return { reason: 'say why the rule is accepted', owner: 'name who answers for it', expires: 'give the last day it holds, YYYY-MM-DD' }[key] ?? `add ${key}`;
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined), data);
}

/** The keys that the schema knows at a path. */
function keysAt(path: readonly PropertyKey[]): string[] {
  let schema: unknown = baselineSchema;
  for (const key of path) {
    schema = unwrap(schema);
    if (schema instanceof z.ZodObject) schema = (schema.shape as Record<PropertyKey, unknown>)[key];
    else if (schema instanceof z.ZodArray) schema = schema.element;
    else if (schema instanceof z.ZodRecord) schema = schema.valueType;
  }
  schema = unwrap(schema);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.map(unwrap).find((option) => option instanceof z.ZodObject);
  return schema;
}
