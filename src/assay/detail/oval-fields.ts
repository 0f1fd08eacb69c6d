import { elementsOf, textOf, type XmlElement } from '../../xml/index.ts';
import type { CollectedItem, Field } from './model.ts';

/** A field of an object or a state, whose value may be a variable. */
export interface StatedField extends Field {
  variable: string | undefined;
}

/** A pattern or a line of a file can be long; a whole file in a field is for nobody to read. */
const longest = 600;
const mostFields = 24;

/** Fields of an OVAL object or state, as the content states them. */
export function fieldsOf(element: XmlElement): StatedField[] {
  return elementsOf(element)
    .filter(({ name }) => name.local !== 'behaviors' && name.local !== 'notes' && name.local !== 'filter')
    .map((child) => ({
      ...named(child),
      operation: child.attributes.get('operation') ?? 'equals',
      variable: child.attributes.get('var_ref'),
    }))
    .filter(({ name, value, variable }) => variable !== undefined || (value !== '' && !(name === 'instance' && value === '1')))
    .slice(0, mostFields);
}

/** What oscap found, without what says nothing of a configuration. */
export function collectedItem(element: XmlElement): CollectedItem {
  const all = elementsOf(element).map((child): Field => ({ ...named(child), operation: '' }));
  const byName = new Map(all.map(({ name, value }) => [name, value]));
  const mode = fileMode(byName);
  const fields = all.filter(({ name, value }) => value.trim() !== '' && !uninteresting.has(name) && !(byName.has('filepath') && (name === 'path' || name === 'filename')) && !(mode !== undefined && permission.has(name)));
  if (mode !== undefined) fields.push({ name: 'mode', operation: '', value: mode });
  return { kind: element.name.local.replace(/_item$/, ''), result: '', status: element.attributes.get('status') ?? 'exists', fields: fields.slice(0, mostFields) };
}

/** Times change with every scan; `line` is the pattern once more. */
const uninteresting = new Set(['a_time', 'c_time', 'm_time', 'size', 'has_extended_acl', 'instance', 'line', 'pattern', 'message']);

const bits = [
  ['suid', 0o4000], ['sgid', 0o2000], ['sticky', 0o1000],
  ['uread', 0o400], ['uwrite', 0o200], ['uexec', 0o100], ['gread', 0o40], ['gwrite', 0o20], ['gexec', 0o10], ['oread', 4], ['owrite', 2], ['oexec', 1],
] as const;
const permission: ReadonlySet<string> = new Set(bits.map(([name]) => name));

/** Twelve fields of a file are what everybody knows as its mode. */
function fileMode(fields: ReadonlyMap<string, string>): string | undefined {
  if (!bits.every(([name]) => fields.has(name))) return undefined;
  const mode = bits.reduce((sum, [name, bit]) => (fields.get(name) === 'true' ? sum + bit : sum), 0);
  return mode.toString(8).padStart(4, '0');
}

/** Variables are known to people by their name alone. */
function named(element: XmlElement): { name: string; value: string } {
  const { local } = element.name;
  const text = textOf(element).trim();
  return local === 'var_ref' ? { name: 'variable', value: clip(shortVariable(text)) } : { name: local, value: clip(text) };
}

/** `oval:ssg-var_x:var:1` → `var_x` */
export function shortVariable(id: string): string {
  return /^oval:[^:]+?-(.+):var:\d+$/.exec(id)?.[1] ?? id;
}

function clip(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
