import { chmodSync, cpSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { renderMetrics, type SeenFile } from '../../../src/agent/metrics/index.ts';
import type { ScanResult } from '../../../src/agent/result.ts';
import { REPOSITORY } from '../factory/index.ts';
import type { Machine } from '../lab/index.ts';

export const UNITS = path.join(REPOSITORY, 'provisioners/agent/units');

let built: Promise<string> | undefined;

/** The agent for this machine, built once: the folder of its two programs. */
export function agentPrograms(): Promise<string> {
  built ??= execa(path.join(REPOSITORY, 'scripts/build-agent.sh')).then(async ({ stdout }) => path.join(stdout, (await execa('dpkg', ['--print-architecture'])).stdout));
  return built;
}

/** Puts the exporter with its units into a machine, as the embedding does, and starts its socket. */
export async function installExporter(machine: Machine): Promise<void> {
  const inside = (name: string): string => path.join(machine.root, name);
  mkdirSync(inside('usr/lib/cupel'), { recursive: true });
  mkdirSync(inside('etc/cupel'), { recursive: true });
  cpSync(path.join(await agentPrograms(), 'cis-exporter'), inside('usr/lib/cupel/cis-exporter'));
  for (const name of readdirSync(UNITS).filter((unit) => unit.startsWith('cis-exporter') && /\.(?:socket|service)$/.test(unit))) cpSync(path.join(UNITS, name), inside(`etc/systemd/system/${name}`));
  mkdirSync(inside('etc/systemd/system-generators'), { recursive: true });
  cpSync(path.join(UNITS, 'cis-exporter-generator'), inside('etc/systemd/system-generators/cis-exporter-generator'));
  const started = await machine.exec('systemctl daemon-reload && systemctl start cis-exporter.socket');
  if (started.exitCode !== 0) throw new Error(started.stderr);
}

/** Leaves in a machine what a scan would leave for the exporter: a report, what it was judged by, and the metrics. */
export function leaveReport(machine: Machine, result: ScanResult): void {
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
