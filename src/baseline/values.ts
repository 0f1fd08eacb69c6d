import type { ContentIndex, ContentValue } from '../content/index.ts';
import type { BaselineDocument, ValueSetting } from './document.ts';
import { nearest } from './nearest.ts';
import type { Located, Place, Problem } from './problem.ts';

/** Resolves every value to the literal that the tailoring sets, or reports why it cannot be one. */
export function resolveValues(document: BaselineDocument, index: ContentIndex, problems: Problem[]): Record<string, string> {
  const resolved: [string, string][] = [];
  for (const [name, setting] of document.values) {
    const value = index.values.get(name);
    if (value === undefined) {
      const near = nearest(name, index.values.keys());
      problems.push({
        ...at(setting), code: 'unknown-value', what: `no value "${name}" in ${index.product} ${index.benchmark.version}`,
        ...(near === undefined ? {} : { nearest: near }), remedy: 'correct or remove it',
      });
      continue;
    }
    const literal = literalOf(value, setting, problems);
    if (literal !== undefined) resolved.push([value.id, literal]);
  }
  return Object.fromEntries(resolved.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function literalOf(value: ContentValue, { value: setting, ...place }: Located<ValueSetting>, problems: Problem[]): string | undefined {
  if ('selector' in setting) {
    const option = value.options[setting.selector];
    if (option !== undefined) return option;
    const near = nearest(setting.selector, Object.keys(value.options));
    problems.push({
      ...at(place), code: 'unknown-selector', what: `${value.id} has no option "${setting.selector}"`,
      ...(near === undefined ? {} : { nearest: near }), remedy: `options: ${Object.keys(value.options).join(', ') || 'none'}`,
    });
    return undefined;
  }
  const fits = value.type === 'number' ? /^-?\d+(\.\d+)?$/ : value.type === 'boolean' ? /^(true|false|0|1)$/ : /^/;
  if (!fits.test(setting.literal)) {
    problems.push({
      ...at(place), code: 'value-type', what: `${value.id} must be a ${value.type}, not "${setting.literal}"`,
      remedy: `options of the content: ${Object.entries(value.options).map(([selector, option]) => `${option} (${selector})`).join(', ') || 'none'}`,
    });
    return undefined;
  }
  return setting.literal;
}

const at = ({ file, line, column }: Place): Place => ({ file, line, column });
