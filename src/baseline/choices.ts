import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { ConfigurationError } from '../errors.ts';

/**
 * CIS offers alternatives that exclude each other and the content selects them all. One YAML file
 * per family of products says which rules belong to which alternative.
 */
const alternative = z.strictObject({
  title: z.string(),
  /** Rules of this alternative: deselected when another one is chosen. See `applyChoice` for what becomes of them when it is. */
  rules: z.array(z.string()),
  /** XCCDF values that go with it, where the content has them; a baseline's own setting wins. */
  values: z.record(z.string(), z.string()).default({}),
});

const choice = z.strictObject({
  title: z.string(),
  /** A regular expression: a selected rule whose id matches belongs to an alternative, or is `shared`. */
  recognise: z.string(),
  /** Rules that match but hold for every alternative. */
  shared: z.array(z.string()).default([]),
  alternatives: z.record(z.string(), alternative),
});

const choiceFile = z.strictObject({
  products: z.array(z.string()),
  choices: z.record(z.string(), choice),
});

export type Choice = z.infer<typeof choice>;
/** By the name of the choice: `firewall`, `time`, … */
export type ChoiceTable = Readonly<Record<string, Choice>>;

/**
 * Reads the alternatives known for a product.
 * @param folder the package's `baselines/choices`
 * @returns an empty table when no file names the product
 * @throws ConfigurationError `choices-invalid`
 */
export async function loadChoices(product: string, folder: string): Promise<ChoiceTable> {
  for (const name of (await readdir(folder)).filter((entry) => entry.endsWith('.yml')).sort()) {
    const file = join(folder, name);
    const parsed = choiceFile.safeParse(parse(await readFile(file, 'utf8'), { uniqueKeys: true }));
    if (!parsed.success) throw new ConfigurationError('choices-invalid', `${file}: ${z.prettifyError(parsed.error)}`, { subject: file });
    if (parsed.data.products.includes(product)) return parsed.data.choices;
  }
  return {};
}

/**
 * What choosing one alternative does to a profile. The rules of the others are deselected. Of its own
 * the profile's selection stands; when the profile has none of them, all that the content has are selected.
 * @param inProfile whether the profile selects a rule
 */
export function applyChoice(choice: Choice, chosen: string, inProfile: (rule: string) => boolean): { select: string[]; deselect: string[] } {
  const own = new Set(choice.alternatives[chosen]?.rules);
  const others = Object.values(choice.alternatives).flatMap((other) => other.rules).filter((rule) => !own.has(rule));
  const select = [...own].some(inProfile) ? [] : [...own];
  return { select: select.sort(), deselect: [...new Set(others)].sort() };
}

/** Rules that look like one of a choice's alternatives but are in no list: new content may have brought a new alternative. */
export function unrecognised(choice: Choice, selected: Iterable<string>): string[] {
  const pattern = new RegExp(choice.recognise);
  const known = new Set([...choice.shared, ...Object.values(choice.alternatives).flatMap(({ rules }) => rules)]);
  return [...selected].filter((rule) => pattern.test(rule) && !known.has(rule)).sort();
}
