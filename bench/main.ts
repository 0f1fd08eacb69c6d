/**
 * Measures Cupel beside its peers, both in one run, so that ratios hold on any machine.
 * Usage: tsx bench/main.ts [name ...]; results go to bench/results/<name>.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { benchAgent } from './agent.ts';
import { benchBundle } from './bundle.ts';
import { benchGate } from './gate.ts';
import { benchHarden } from './harden.ts';
import type { Measurement } from './measurement.ts';
import { benchReport } from './report.ts';
import { benchSlim } from './slim.ts';

const benches: Record<string, () => Promise<Measurement[]>> = { agent: benchAgent, bundle: benchBundle, gate: benchGate, harden: benchHarden, report: benchReport, slim: benchSlim };
const results = join(import.meta.dirname, 'results');

const asked = process.argv.slice(2);
for (const name of asked.length === 0 ? Object.keys(benches) : asked) {
  const bench = benches[name];
  if (bench === undefined) throw new Error(`no bench "${name}"; there are ${Object.keys(benches).join(', ')}`);
  const [load = NaN] = loadavg();
  const measurements = await bench();
  console.log(`\n${name} (${cpus().length} cores, load ${load.toFixed(1)} at the start)`);
  for (const { name: what, value, unit, budget, note } of measurements) {
    console.log(`  ${what.padEnd(56)} ${value.toFixed(3).padStart(9)} ${unit}${budget === undefined ? '' : `  (budget ${budget})`}${note === undefined ? '' : `  ${note}`}`);
  }
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, `${name}.json`), `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), node: process.versions.node, arch: arch(), cores: cpus().length, load, measurements }, null, 2)}\n`);
}
