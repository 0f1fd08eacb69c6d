import { rm, mkdtemp, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { buildLeftovers } from './at-rest.ts';
import { bootProblems } from './booted.ts';
import { Vm } from './vm.ts';

/*
 * Boots a finished image as its user would, and says whether it is what its evidence claims.
 * The image file is never written to. Exit 0: everything held; 1: something did not.
 */
const { values } = parseArgs({
  options: {
    image: { type: 'string' },
    baseline: { type: 'string' },
    artifacts: { type: 'string', default: 'artifacts' },
    minutes: { type: 'string', default: '20' },
  },
});
if (values.image === undefined || values.baseline === undefined) {
  console.error('usage: smoke --image FILE.qcow2 --baseline NAME [--artifacts DIR] [--minutes N]');
  process.exit(64);
}
const image = resolve(values.image);
const verdict = join(values.artifacts, basename(image, '.qcow2'), 'verdict.json');

const work = await mkdtemp(join(process.env['TMPDIR'] ?? '/tmp', 'cupel-smoke-'));
let vm: Vm | undefined;
const problems: string[] = [];
const interrupted = new AbortController();
// More than once: a terminal, and tsx, send it again.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort(new Error(`stopped by ${signal}`)));

try {
  await readFile(verdict);
  step('looking for what the build left in the file system');
  report(await buildLeftovers(image, work));

  step('booting it with a new key and seed');
  vm = await Vm.start({ image, work, signal: interrupted.signal });
  const seconds = await vm.waitForLogin(Number(values.minutes) * 60);
  step(`login as debian after ${Math.round(seconds)} s (${vm.accelerator})`);
  report(await bootProblems(vm));

  step(`assaying it again against ${verdict}`);
  const check = await execa('node', [
    'dist/cli/main.js', 'check', '--host', '127.0.0.1', '--port', String(vm.port), '--user', 'debian',
    '--key-file', vm.keyFile, '--baseline', values.baseline, '--expect', verdict,
  ], { stdio: ['ignore', 'inherit', 'inherit'], reject: false, cancelSignal: interrupted.signal });
  if (check.exitCode !== 0) report([`cupel check ended with exit ${check.exitCode ?? `signal ${check.signal ?? '?'}`}`]);
} catch (error) {
  report([error instanceof Error ? error.message : String(error)]);
} finally {
  await vm?.stop();
  await rm(work, { recursive: true, force: true });
}

console.log(problems.length === 0
  ? `smoke: ${basename(image)} boots, carries nothing of its build, and agrees with its evidence`
  : `smoke: ${basename(image)} did NOT hold: ${problems.length} problem(s) above`);
process.exitCode = problems.length === 0 ? 0 : 1;

function step(text: string): void {
  console.log(`smoke: ${text}`);
}

function report(found: readonly string[]): void {
  for (const problem of found) console.log(`smoke: PROBLEM ${problem}`);
  problems.push(...found);
}
