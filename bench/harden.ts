/**
 * Hardening a Debian 12 machine to CIS level 1 server: `cupel provision` beside the bash script that
 * `oscap xccdf generate fix` writes from the same content. Both start from the same machine (a fresh lab machine),
 * with OpenSCAP installed and package lists fresh, from the same mirror.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { CUPEL, scapContent } from '../test/e2e/factory/index.ts';
import { type Machine, startMachine } from '../test/e2e/lab/index.ts';
import type { Measurement } from './measurement.ts';

const profile = 'cis_level1_server';
const prepare = 'export DEBIAN_FRONTEND=noninteractive; apt-get -q update && apt-get -q -y install --no-install-recommends openscap-scanner';

export async function benchHarden(): Promise<Measurement[]> {
  const content = await scapContent();
  const script = await contentScript(content);
  const own = await cupel(content);
  return [script, ...own, { name: 'cupel / script, wall', value: (own[0]?.value ?? NaN) / script.value, unit: 'ratio', budget: '<= 1' }];
}

/** One scan, the script once, another scan. */
async function contentScript(content: string): Promise<Measurement> {
  return withMachine('peer', async (machine) => {
    await must(machine, 'cat >/root/content.xml', readFileSync(content, 'utf8'));
    const scan = `oscap xccdf eval --profile ${profile} --results-arf /root/arf.xml /root/content.xml >/root/scan.txt 2>&1; [ $? -ne 1 ]`;
    const began = performance.now();
    await must(machine, scan);
    await must(machine, `oscap xccdf generate fix --profile ${profile} --fix-type bash --output /root/fix.sh /root/content.xml`);
    await machine.exec('DEBIAN_FRONTEND=noninteractive bash /root/fix.sh >/root/fix.log 2>&1 </dev/null');
    await must(machine, scan);
    const seconds = (performance.now() - began) / 1000;
    const results = (await machine.exec("tr -d '\\r' </root/scan.txt | awk '$1 == \"Result\" { n[$2]++ } END { for (r in n) print r, n[r] }'")).stdout;
    const count = (word: string): number => Number(new RegExp(`^${word} (\\d+)$`, 'm').exec(results)?.[1] ?? 0);
    const passed = count('pass');
    const evaluated = passed + count('fail') + count('error') + count('unknown') + count('notchecked');
    return { name: "content's script once + 2 scans, wall", value: seconds, unit: 's', note: `pass rate ${(passed / evaluated).toFixed(4)} (${passed}/${evaluated})` };
  });
}

/** Hardening and the final assay, as `environment.json` and the log of the run have them. */
async function cupel(content: string): Promise<Measurement[]> {
  const out = mkdtempSync(join(tmpdir(), 'cupel-bench-'));
  try {
    return await withMachine('cupel', async (machine) => {
      const began = performance.now();
      await execa('node', [CUPEL, 'provision', '--baseline', 'debian12-cis-l1-server', '--content', content, '--host', machine.host, '--port', String(machine.port),
        '--user', machine.user, '--key-file', machine.keyFile, '--image', 'bench', '--out', out], { stdio: ['ignore', 'ignore', 'inherit'], reject: false });
      const wall = (performance.now() - began) / 1000;
      const [evidence = ''] = readdirSync(out);
      const file = (name: string): string => readFileSync(join(out, evidence, name), 'utf8');
      const stages = stageSeconds(file('log.jsonl'));
      const { seconds } = JSON.parse(file('environment.json')) as { seconds: Record<'oscap' | 'packages' | 'fixes' | 'reboot' | 'own' | 'total', number> };
      // What environment.json cannot know yet, writing and signing the evidence, is ours as well.
      const others = seconds.oscap + seconds.packages + seconds.fixes + seconds.reboot;
      const verdict = JSON.parse(file('verdict.json')) as { pass_rate: number; evaluated: number };
      return [
        { name: 'cupel harden + final assay, wall', value: (stages.get('harden') ?? NaN) + (stages.get('assay-final') ?? NaN), unit: 's', note: `pass rate ${verdict.pass_rate.toFixed(4)} of ${verdict.evaluated}` },
        { name: 'cupel provision, wall', value: wall, unit: 's', note: `oscap ${seconds.oscap.toFixed(1)}, packages ${seconds.packages.toFixed(1)}, fixes ${seconds.fixes.toFixed(1)}, reboot ${seconds.reboot.toFixed(1)}` },
        { name: 'neither oscap, packages, fixes nor the reboot', value: wall - others, unit: 's' },
        { name: 'the same of the wall', value: (wall - others) / wall, unit: 'ratio', budget: '<= 0.10' },
        { name: 'the same with the reboot', value: (wall - others + seconds.reboot) / wall, unit: 'ratio' },
      ];
    });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function stageSeconds(log: string): Map<string, number> {
  const stages = new Map<string, number>();
  for (const line of log.split('\n').filter((text) => text !== '')) {
    const { event } = JSON.parse(line) as { event?: { type: string; stage?: string; seconds?: number } };
    if (event?.type === 'stage' && event.stage !== undefined && event.seconds !== undefined) stages.set(event.stage, event.seconds);
  }
  return stages;
}

async function withMachine<T>(name: string, work: (machine: Machine) => Promise<T>): Promise<T> {
  const machine = await startMachine({ name });
  try {
    await must(machine, prepare);
    return await work(machine);
  } finally {
    await machine.stop();
  }
}

async function must(machine: Machine, command: string, stdin?: string): Promise<void> {
  const { exitCode, stderr } = await machine.exec(command, stdin);
  if (exitCode !== 0) throw new Error(`${command.slice(0, 80)}: exit ${exitCode}: ${stderr}`);
}

