import { SaxesParser } from 'saxes';
import type { RuleResult } from '../../src/assay/index.ts';

/** XCCDF's scoring models, written anew from the specification, to hold oscap's own figures against. */
export interface Group { weight: number; groups: Group[]; rules: string[] }

/** The tree of groups and rules of the enclosed benchmark, read with another parser than ours. */
export function benchmarkIn(xml: string): Group {
  const root: Group = { weight: 1, groups: [], rules: [] };
  const path = [root];
  const parser = new SaxesParser();
  const local = (name: string): string => name.slice(name.indexOf(':') + 1);
  parser.on('opentag', ({ name, attributes }) => {
    const parent = path.at(-1)!;
    if (local(name) === 'Group') {
      const group: Group = { weight: Number(attributes['weight'] ?? 1), groups: [], rules: [] };
      parent.groups.push(group);
      path.push(group);
    } else if (local(name) === 'Rule') parent.rules.push(String(attributes['id']));
  });
  parser.on('closetag', ({ name }) => { if (local(name) === 'Group') path.pop(); });
  parser.write(xml).close();
  return root;
}

const counts = ({ result }: RuleResult): boolean => !['notselected', 'notapplicable', 'notchecked', 'informational'].includes(result);
const passed = ({ result }: RuleResult): boolean => result === 'pass' || result === 'fixed';

/** The default model (NISTIR 7275r4, 7.3.2): each group the weighted mean of what counts in it, 0 to 100. @param results by full rule id */
export function defaultScore(group: Group, results: ReadonlyMap<string, RuleResult>): number | undefined {
  const parts: { score: number; weight: number }[] = [];
  for (const id of group.rules) {
    const found = results.get(id);
    if (found !== undefined && counts(found)) parts.push({ score: passed(found) ? 100 : 0, weight: found.weight });
  }
  for (const inner of group.groups) {
    const score = defaultScore(inner, results);
    if (score !== undefined) parts.push({ score, weight: inner.weight });
  }
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  return weight === 0 ? undefined : parts.reduce((sum, part) => sum + part.score * part.weight, 0) / weight;
}

/** The flat model (7.3.3): the weights of what passed, of the weights of what counts. */
export function flatScore(results: Iterable<RuleResult>): { value: number; maximum: number } {
  const counted = [...results].filter(counts);
  const weigh = (rules: RuleResult[]): number => rules.reduce((sum, { weight }) => sum + weight, 0);
  return { value: weigh(counted.filter(passed)), maximum: weigh(counted) };
}
