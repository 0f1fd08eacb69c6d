import type { Baseline } from './model.ts';

export interface Change {
  /** What kind of thing changed: `rule`, `value`, `ignore`, `choice`, `gate`, `harden`, `content`, `profile`. */
  kind: string;
  name: string;
  /** As text; undefined where there is none. */
  from: string | undefined;
  to: string | undefined;
}

/**
 * What changes from one resolved baseline to another.
 * @param rulesA rules that A evaluates, `rulesB` those of B
 */
export function compareBaselines(a: Baseline, b: Baseline, rulesA: ReadonlySet<string>, rulesB: ReadonlySet<string>): Change[] {
  const mark = (rules: ReadonlySet<string>): Record<string, string> => Object.fromEntries([...rules].map((rule) => [rule, 'evaluated']));
  return [
    ...changes('content', flat({ product: a.content.product, version: a.content.version, sha256: a.content.sha256 }),
      flat({ product: b.content.product, version: b.content.version, sha256: b.content.sha256 })),
    ...changes('profile', { profile: a.profile }, { profile: b.profile }),
    ...changes('choice', a.choices, b.choices),
    ...changes('value', a.values, b.values),
    ...changes('rule', mark(rulesA), mark(rulesB)),
    ...changes('ignore', ignores(a), ignores(b)),
    ...changes('harden', flat(a.harden), flat(b.harden)),
    ...changes('gate', flat(a.gate), flat(b.gate)),
  ];
}

function changes(kind: string, from: Record<string, string>, to: Record<string, string>): Change[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return names.filter((name) => from[name] !== to[name]).map((name) => ({ kind, name, from: from[name], to: to[name] }));
}

const ignores = (baseline: Baseline): Record<string, string> =>
  Object.fromEntries(baseline.ignore.map(({ rule, reason, owner, expires }) => [rule, `${reason} (${owner}, until ${expires})`]));

const flat = (settings: object): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]));
