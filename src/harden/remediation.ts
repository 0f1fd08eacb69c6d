import type { Assay } from '../assay/model.ts';
import type { Baseline } from '../baseline/model.ts';
import { shellQuote } from '../target/quote.ts';
import type { Fix } from './plan.ts';
import { countedFailures } from './plan.ts';

/**
 * A script with the fixes for what fails and counts: nothing for ignored rules, safe to run twice, one fix
 * failing does not stop the others.
 * @param identity one line saying of which image, run and baseline it is
 */
export function renderRemediation(assay: Assay, baseline: Baseline, fixes: ReadonlyMap<string, Fix>, values: Readonly<Record<string, string>>, identity: string): string {
  const failing = new Set(countedFailures(assay, baseline));
  const rules = assay.rules.filter((rule) => failing.has(rule.rule));
  const without = rules.filter((rule) => !fixes.has(rule.rule)).map((rule) => rule.rule);
  const line = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');
  const head = [
    '#!/bin/bash',
    `# Remediation for ${line(identity)}`,
    `# ${rules.length} rules fail and count; ${rules.length - without.length} of them have a fix. Ignored rules are not touched.`,
    ...without.map((rule) => `# no fix is known for ${line(rule)}`),
    'set -u',
    '[ "$(id -u)" -eq 0 ] || { echo "run this as root" >&2; exit 1; }',
    'export DEBIAN_FRONTEND=noninteractive',
    ...Object.entries(values).filter(([id]) => /^\w+$/.test(id)).map(([id, value]) => `export XCCDF_VALUE_${id}=${shellQuote(value)}`),
    'failed=0',
    // A fix comes in on a descriptor of its own, so that no command in it can read the rest of it as its input.
    'step() { printf "%s\\n" "$1"; bash /dev/fd/3 </dev/null || { failed=$((failed + 1)); printf "  failed\\n" >&2; }; }',
  ];
  const steps = rules.flatMap((rule) => {
    const fix = fixes.get(rule.rule);
    if (fix === undefined) return [];
    const label = `${rule.rule}${rule.cis.length === 0 ? '' : ` (CIS ${rule.cis.join(', ')})`}: ${rule.title}`;
    const lines = fix.text.split('\n');
    let end = `END_OF_FIX_${rule.rule.replace(/\W/g, '_')}`;
    while (lines.includes(end)) end += '_';
    return ['', `step ${shellQuote(line(label))} 3<<'${end}'`, fix.text.trimEnd(), end];
  });
  return `${[...head, ...steps, '', 'exit "$((failed > 0))"'].join('\n')}\n`;
}
