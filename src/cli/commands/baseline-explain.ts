import { explainRule, type IgnoreEntry, type RuleExplanation } from '../../baseline/index.ts';
import { ExitCode } from '../../errors.ts';
import { defineCommand } from '../command.ts';
import { contentOptions, resolved } from './baseline-options.ts';

export const explainCommand = defineCommand({
  command: 'explain <rule>',
  describe: 'what a rule is, what checks and fixes it, and what the baseline makes of it',
  options: (yargs) => contentOptions(yargs)
    .positional('rule', { type: 'string', demandOption: true, describe: 'rule id, short or full' })
    .option('baseline', { type: 'string', default: 'debian12-cis-l1-server', describe: 'a shipped name, or a file' })
    .option('json', { type: 'boolean', default: false }),
  handler: async ({ rule, baseline: name, json, content, cache, 'as-of': asOf }, io) => {
    const { document, baseline, index } = await resolved(name, { content, cache, asOf }, io);
    const explanation = explainRule(rule, document, baseline, index);
    io.out(json ? JSON.stringify(explanation, null, 2) : describe(explanation, baseline.name));
    return ExitCode.ok;
  },
});

function describe(rule: RuleExplanation, baseline: string): string {
  const lines: [string, string][] = [
    ['severity', rule.severity],
    ['CIS', rule.cis.length > 0 ? rule.cis.join(', ') : 'no section'],
    ['checked by', rule.checks.join(', ') || 'nothing'],
    ['fix', rule.hasFix ? 'the content has a shell fix' : 'the content has no shell fix'],
    ['evaluated', `${rule.selected ? 'yes' : 'no'}: ${rule.because}`],
    ['ignored', rule.ignored ? describeIgnore(rule.ignored) : 'no'],
  ];
  if (rule.expired) lines.push(['expired', `${describeIgnore(rule.expired)}; it counts again`]);
  if (rule.required) lines.push(['required', 'the gate refuses unless it passed']);
  if (rule.skipped) lines.push(['hardening', 'never remediated (harden.skip)']);
  return [`${rule.rule}: ${rule.title}`, `  under ${baseline}:`, ...lines.map(([label, text]) => `  ${label.padEnd(10)} ${text}`)].join('\n');
}

function describeIgnore({ reason, owner, approved, expires, ticket, source }: IgnoreEntry): string {
  const approval = approved === undefined ? '' : `, approved ${approved}`;
  return `${reason} (${owner}${approval}, until ${expires}${ticket === undefined ? '' : `, ${ticket}`}; ${source})`;
}
