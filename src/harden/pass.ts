import { randomUUID } from 'node:crypto';
import type { Emit, StepOutcome } from '../events.ts';
import { TargetError } from '../errors.ts';
import { runJob, spaceOr, type Target, upload } from '../target/index.ts';
import { confirmLogin } from './confirm.ts';
import type { Step } from './plan.ts';

/** One line of `harden.jsonl`. */
export interface StepRecord {
  pass: number;
  index: number;
  /** Short rule ids; several for a package batch, none for the deferred boot-loader update. */
  rules: string[];
  kind: Step['kind'];
  family: string | null;
  source: Step['source'];
  /** ISO 8601, the machine's clock. */
  started: string;
  seconds: number;
  exit: number;
  outcome: StepOutcome;
  /** Files below /etc and /boot that the step changed, at most 40. */
  changed: string[];
  /** The end of what it printed, at most 2,000 bytes. */
  output: string;
  detail: string | null;
}

export interface PassOptions {
  workDirectory: string;
  unitPrefix: string;
  /** The text of provisioners/harden/runner.sh. */
  runner: string;
  /** XCCDF values by short id, for fixes of our own. */
  values: Readonly<Record<string, string>>;
  guard: boolean;
  emit: Emit;
}

/** How long the machine waits for a login after a guarded step before it rolls the step back. */
const confirmSeconds = 90;
const stepSeconds = 1200;
const hintOf = (step: Step): string => (step.kind === 'packages' ? `packages (${step.rules.length} rules)` : (step.rules[0] ?? 'boot loader'));

/**
 * Applies the steps of one pass, in order, inside the target. A step that fails does not stop the others.
 * @returns one record per step
 */
export async function runPass(target: Target, pass: number, steps: readonly Step[], options: PassOptions): Promise<StepRecord[]> {
  const directory = `${options.workDirectory}/pass-${pass}`;
  const plan = steps.map((step, at) => [at + 1, step.kind === 'guarded' && !options.guard ? 'unguarded' : step.kind, step.family ?? '-', stepSeconds].join('\t'));
  await upload(target, `${plan.join('\n')}\n`, `${directory}/plan`, '0600');
  await upload(target, environment(options.values), `${directory}/env.sh`, '0600');
  await placeSteps(target, directory, steps);

  const records = new Map<number, StepRecord>();
  const probes: Promise<void>[] = [];
  const over = new AbortController();
  const reported = new Set<number>();
  const report = (record: StepRecord): void => {
    if (reported.has(record.index)) return;
    reported.add(record.index);
    const step = steps[record.index - 1] as Step;
    options.emit({
      type: 'step', index: record.index, total: steps.length, rule: hintOf(step), outcome: record.outcome, seconds: record.seconds,
      ...(record.outcome === 'ok' ? {} : { detail: record.detail ?? `exit ${record.exit}` }),
    });
  };
  const working = runJob(target, options.workDirectory, options.unitPrefix, {
    name: `pass-${pass}`,
    script: options.runner,
    args: [directory, String(confirmSeconds)],
    timeoutSeconds: 4 * 3600,
    onLine: (line) => {
      const [event = '', indexText = '', ...rest] = line.split('\t');
      const index = Number(indexText);
      const step = steps[index - 1];
      if (step === undefined) return;
      if (event === 'end') {
        const record = readEnd(pass, index, step, rest);
        records.set(index, record);
        if (step.kind !== 'guarded' || !options.guard) report(record);
      } else if (event === 'await') {
        probes.push(confirmLogin(target, directory, index, confirmSeconds, () => {
          const record = records.get(index);
          if (record !== undefined) report(record);
        }, over.signal));
        // It is awaited only at the end; until then its failure must not count as one that nobody handles.
        probes.at(-1)?.catch(() => undefined);
      } else if (event === 'reverted') {
        const record = records.get(index);
        if (record === undefined) return;
        record.outcome = 'reverted';
        record.detail = rest[0] ?? null;
        reported.delete(index);
        report(record);
      }
    },
  });
  const result = await working.catch(async (error: unknown) => {
    over.abort();
    await Promise.allSettled(probes);
    throw error;
  });
  await Promise.all(probes);
  // Guarded steps that never came to a login, because nothing was done.
  for (const record of records.values()) report(record);
  if (result.exitCode !== 0) throw spaceOr('harden-runner', `${target.name}: the hardening runner failed (exit ${result.exitCode})`, result.stderr);
  if (records.size !== steps.length) throw new TargetError('harden-runner', `${target.name}: the hardening runner accounts for ${records.size} of ${steps.length} steps`, { cause: result.stderr });
  await attachOutputs(target, directory, records);
  return [...records.values()];
}

function readEnd(pass: number, index: number, step: Step, fields: readonly string[]): StepRecord {
  const [exitText = '', begun = '', duration = '', ...changed] = fields;
  const exit = Number(exitText);
  if (![exitText, begun, duration].every((field) => /^\d+$/.test(field))) throw new TargetError('harden-runner', `the hardening runner says nothing sensible of step ${index}: ${fields.join(' ')}`);
  return {
    pass, index, rules: step.rules, kind: step.kind, family: step.family ?? null, source: step.source,
    started: new Date(Number(begun)).toISOString(), seconds: Number(duration) / 1000, exit,
    outcome: exit === 0 ? 'ok' : 'failed', changed: changed.filter((path) => path !== ''), output: '',
    detail: exit === 124 ? `no end after ${stepSeconds} s` : null,
  };
}

function environment(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .filter(([id]) => /^\w+$/.test(id))
    .map(([id, value]) => `XCCDF_VALUE_${id}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');
}

/** All steps in one transfer: steps are many and small. */
async function placeSteps(target: Target, directory: string, steps: readonly Step[]): Promise<void> {
  // No fix can hold it, so none can pass for two.
  const boundary = `#=cupel=${randomUUID()}=`;
  const document = steps.map((step, at) => `${boundary}${at + 1}\n${step.script.endsWith('\n') ? step.script : `${step.script}\n`}`).join('');
  await upload(target, document, `${directory}/steps.all`, '0600');
  const cut = await target.run('set -eu; cd "$1"; mkdir -p steps; awk -v mark="$2" \'index($0, mark) == 1 { if (file) close(file); file = "steps/" substr($0, length(mark) + 1); next } { print >file }\' steps.all', { args: [directory, boundary] });
  if (cut.exitCode !== 0) throw spaceOr('harden-runner', `${target.name}: could not place the fixes`, cut.stderr);
}

async function attachOutputs(target: Target, directory: string, records: ReadonlyMap<number, StepRecord>): Promise<void> {
  const { exitCode, stdout, stderr } = await target.run('cd "$1/log" && for file in *; do printf "\\036%s\\n" "$file"; tail -c 2000 "$file" | tr -d "\\036\\000"; done', { args: [directory] });
  if (exitCode !== 0) throw spaceOr('harden-runner', `${target.name}: the output of the fixes cannot be read`, stderr);
  for (const part of stdout.split('\u001e').slice(1)) {
    const newline = part.indexOf('\n');
    const record = records.get(Number(part.slice(0, newline)));
    if (record !== undefined) record.output = part.slice(newline + 1);
  }
}
