import { selectedRules, shortId, type ContentIndex } from '../content/index.ts';
import { unrecognised } from './choices.ts';
import type { BaselineDocument } from './document.ts';
import { holdsOn } from './ignore-list.ts';
import { inspectBaseline, type LoadOptions } from './load.ts';
import type { Baseline } from './model.ts';
import type { Place, Problem } from './problem.ts';
import { inspectAgainst, type ResolveOptions } from './resolve.ts';

export interface LintOptions extends LoadOptions, ResolveOptions {
  /** Gives the index of the content that a baseline asks for. */
  contentFor: (content: BaselineDocument['content']) => Promise<ContentIndex>;
}

export interface LintResult {
  path: string;
  problems: Problem[];
  /** What it resolves to, as far as that can be told. */
  baseline: Baseline | undefined;
  /** Rules that are evaluated with it. */
  selected: number;
}

/**
 * Everything that is wrong with a baseline: its files, what it names against real content, and what
 * resolving alone lets pass: expired entries, and alternatives of the content that nobody chose.
 * @throws ConfigurationError when there is no content to compare with
 */
export async function lintBaseline(path: string, options: LintOptions): Promise<LintResult> {
  const { document, problems } = await inspectBaseline(path, options);
  if (document === undefined) return { path, problems, baseline: undefined, selected: 0 };
  const index = await options.contentFor(document.content);
  const resolved = inspectAgainst(document, index, options);
  const profile = index.profiles.get(shortId(document.profile.value));
  const all = [...problems, ...resolved.problems, ...expired(document, options.asOf), ...openChoices(document, index)];
  const selected = profile === undefined || resolved.baseline === undefined ? 0 : selectedRules(index, profile, resolved.baseline).size;
  return { path, problems: all, baseline: resolved.baseline, selected };
}

function expired(document: BaselineDocument, asOf: Date): Problem[] {
  return document.ignore.filter(({ value }) => !holdsOn(value.expires, asOf)).map((entry): Problem => ({
    ...at(entry), code: 'ignore-expired', what: `ignoring ${entry.value.rule} expired on ${entry.value.expires}: the rule counts again`,
    remedy: `ask ${entry.value.owner} to renew it, or remove it`,
  }));
}

/** Content moves on: alternatives the baseline does not choose between, and rules of alternatives that no list knows. */
function openChoices(document: BaselineDocument, index: ContentIndex): Problem[] {
  const profile = index.profiles.get(shortId(document.profile.value));
  if (profile === undefined) return [];
  const selected = selectedRules(index, profile);
  const place = at(document.profile);
  const problems: Problem[] = [];
  for (const [name, choice] of Object.entries(document.choiceTable)) {
    const present = Object.entries(choice.alternatives).filter(([, { rules }]) => rules.some((rule) => selected.has(rule))).map(([alternative]) => alternative);
    if (present.length > 1 && !document.choices.has(name)) {
      problems.push({
        ...place, code: 'choice-open', what: `the profile selects rules of several alternatives (${present.join(', ')}) and no ${name} is chosen`,
        remedy: `add "choices: { ${name}: … }"; the fixes of one would undo those of the other`,
      });
    }
    const added = new Set(document.select.map(({ value }) => value));
    for (const rule of unrecognised(choice, selected).filter((id) => !added.has(id))) {
      problems.push({
        ...place, code: 'choice-unknown-rule', what: `the profile selects ${rule}, which looks like part of a ${name} but belongs to no known alternative`,
        remedy: `add it to an alternative of "${name}", or to its shared rules, in the choices of ${index.product}`,
      });
    }
  }
  return problems;
}

const at = ({ file, line, column }: Place): Place => ({ file, line, column });
