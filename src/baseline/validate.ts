import * as z from 'zod';
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';
import { baselineSchema, type BaselineFile } from './schema.ts';
import type { YamlFile } from './yaml-file.ts';

/**
 * Checks a file against the schema, key by key, so that one wrong key hides nothing of the others.
 * @returns the keys that are right, and a problem for each thing that is not
 */
export function validateFile(yaml: YamlFile): { parsed: Partial<BaselineFile>; problems: Problem[] } {
  const problems = [...yaml.problems];
  if (yaml.data === undefined) return { parsed: {}, problems };
  if (typeof yaml.data !== 'object' || yaml.data === null || Array.isArray(yaml.data)) {
    problems.push({ ...yaml.placeOf([]), code: 'schema', what: 'a baseline is a map of keys', remedy: 'see docs/baselines.md for an example' });
    return { parsed: {}, problems };
  }
  const whole = baselineSchema.safeParse(yaml.data);
  if (whole.success) return { parsed: whole.data, problems };
  const broken = new Set<PropertyKey>();
  for (const issue of whole.error.issues) {
    if (issue.path[0] !== undefined) broken.add(issue.path[0]);
    problems.push(...describeIssue(issue, yaml));
  }
  const sound = Object.entries(yaml.data).filter(([key]) => !broken.has(key) && key in baselineSchema.shape);
  const parsed = baselineSchema.partial().safeParse(Object.fromEntries(sound));
  return { parsed: parsed.success ? withoutUndefined(parsed.data) : {}, problems };
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
