import type { Emit } from '../events.ts';
import { TargetError } from '../errors.ts';
import { runJob, spaceOr, type Target, uploadFiles } from '../target/index.ts';
import { confirmLogin } from './confirm.ts';
import { Ledger, stepSeconds, type StepRecord } from './ledger.ts';
import type { Step } from './plan.ts';

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

/** How long the machine waits for a login after guarded steps before it rolls them back. */
const confirmSeconds = 90;

/**
 * Applies the steps of one pass, in order, inside the target. A step that fails does not stop the others.
 * @returns one record per step
 */
export async function runPass(target: Target, pass: number, steps: readonly Step[], options: PassOptions): Promise<StepRecord[]> {
  const directory = `${options.workDirectory}/pass-${pass}`;
  const plan = steps.map((step, at) => `${at + 1}\t${step.kind === 'guarded' && !options.guard ? 'unguarded' : step.kind}\t${stepSeconds}\n`);
  await uploadFiles(target, directory, {
    plan: { content: plan.join(''), mode: 0o600 },
    'env.sh': { content: environment(options.values), mode: 0o600 },
    ...Object.fromEntries(steps.map((step, at) => [`steps/${at + 1}`, { content: step.script, mode: 0o600 }])),
  });

  const ledger = new Ledger(pass, steps, options.guard, options.emit);
  const probes: Promise<void>[] = [];
  const working = runJob(target, options.workDirectory, options.unitPrefix, {
    name: `pass-${pass}`,
    script: options.runner,
    args: [directory, String(confirmSeconds)],
    timeoutSeconds: 4 * 3600,
    onLine: (line) => {
      const question = ledger.follow(line);
      if (question === undefined) return;
      const probe = confirmLogin(target, directory, question.ticket, confirmSeconds, question.kept, question.over);
      probes.push(probe);
      // It is awaited only at the end; until then its failure must not count as one that nobody handles.
      probe.catch(() => undefined);
    },
  });
  const result = await working.catch(async (error: unknown) => {
    ledger.giveUp();
    await Promise.allSettled(probes);
    throw error;
  });
  await Promise.all(probes);
  ledger.showRest();
  const { records } = ledger;
  if (result.exitCode !== 0) throw spaceOr('harden-runner', `${target.name}: the hardening runner failed (exit ${result.exitCode})`, result.stderr);
  if (records.size !== steps.length) throw new TargetError('harden-runner', `${target.name}: the hardening runner accounts for ${records.size} of ${steps.length} steps`, { cause: result.stderr });
  await attachOutputs(target, directory, records);
  return [...records.values()];
}

function environment(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .filter(([id]) => /^\w+$/.test(id))
    .map(([id, value]) => `XCCDF_VALUE_${id}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');
}

/** Most steps print nothing, and each program that is started costs. */
async function attachOutputs(target: Target, directory: string, records: ReadonlyMap<number, StepRecord>): Promise<void> {
  const { exitCode, stdout, stderr } = await target.run('set -u; cd "$1/log" || exit 1; for file in *; do [ -s "$file" ] || continue; printf "\\036%s\\n" "$file"; tail -c 2000 "$file" | tr -d "\\036\\000"; done', { args: [directory] });
  if (exitCode !== 0) throw spaceOr('harden-runner', `${target.name}: the output of the fixes cannot be read`, stderr);
  for (const part of stdout.split('\u001e').slice(1)) {
    const newline = part.indexOf('\n');
    const record = records.get(Number(part.slice(0, newline)));
    if (record !== undefined) record.output = part.slice(newline + 1);
  }
}
