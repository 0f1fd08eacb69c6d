import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { machine as processor } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { renderMetrics, type SeenFile } from '../../../src/agent/metrics/index.ts';
import type { ScanResult } from '../../../src/agent/result.ts';
import { embedAgent } from '../../../src/embed/index.ts';
import { LocalTarget } from '../../../src/target/index.ts';
import { REPOSITORY } from '../factory/index.ts';
import type { Machine } from '../lab/index.ts';

let built: Promise<string> | undefined;

/** The agent for this machine, built once: the folder of its two programs. */
export function agentPrograms(): Promise<string> {
  built ??= execa(path.join(REPOSITORY, 'scripts/build-agent.sh')).then(async ({ stdout }) => path.join(stdout, (await execa('dpkg', ['--print-architecture'])).stdout));
  return built;
}

/** Puts the agent into a machine that runs, as into a root that does not, and starts the exporter's socket. */
export async function installAgent(machine: Machine): Promise<void> {
  await agentPrograms();
  const options = { provisioners: path.join(REPOSITORY, 'provisioners'), product: 'debian12', values: {}, architecture: processor(), building: false };
  await embedAgent(await LocalTarget.connect(), options, machine.root);
  const started = await machine.exec('systemctl daemon-reload && systemctl start cis-exporter.socket');
  if (started.exitCode !== 0) throw new Error(started.stderr);
}

/** Leaves in a machine what a scan would leave for the exporter: a report, what it was judged by, and the metrics. */
export function leaveReport(machine: Pick<Machine, 'root'>, result: ScanResult): void {
  const inside = (name: string): string => path.join(machine.root, name);
  mkdirSync(inside('var/lib/cupel'), { recursive: true });
  chmodSync(inside('var/lib/cupel'), 0o755);
  writeFileSync(inside('var/lib/cupel/arf.xml.gz'), 'a report', { mode: 0o600 });
  writeFileSync(inside('etc/cupel/baseline.lock.yaml'), 'name: x\n');
  const seen = (role: SeenFile['role'], name: string): SeenFile => {
    const { size, mtimeMs } = statSync(inside(name));
    return { role, path: `/${name}`, size, modified: Math.floor(mtimeMs) };
  };
  writeFileSync(inside('var/lib/cupel/metrics.prom'), renderMetrics(result, [seen('report', 'var/lib/cupel/arf.xml.gz'), seen('baseline', 'etc/cupel/baseline.lock.yaml')]), { mode: 0o644 });
}
