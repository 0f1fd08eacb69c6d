/**
 * `cupel gate` on the ARF of a real scan, process start included, beside what others do with the same scan: MITRE SAF
 * (convert, then threshold), a reader in Go, Node alone. Then on larger ARFs.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { CUPEL } from '../test/e2e/factory/index.ts';
import { grownArf, realArf, resultsOf } from './arf.ts';
import type { Measurement } from './measurement.ts';
import { goReader, saf, setUpPeers } from './peers.ts';
import { alternate, type Cost } from './repeat.ts';

export async function benchGate(): Promise<Measurement[]> {
  await setUpPeers();
  const directory = mkdtempSync(join(tmpdir(), 'cupel-bench-'));
  try {
    const file = (name: string, text: string): string => {
      writeFileSync(join(directory, name), text);
      return join(directory, name);
    };
    const real = realArf();
    const arf = file('arf.xml', real);
    const baseline = file('stock.yml', 'name: stock\ncontent: { product: debian12, version: ">=0.1.82" }\nprofile: cis_level1_server\ngate: { pass_rate: 0 }\n');
    const gate = (of: string): string[] => ['node', CUPEL, 'gate', '--baseline', baseline, '--arf', of];
    // Also fetches the content, when it is not there, and makes its index.
    const { counts } = JSON.parse((await execa('node', [...gate(arf).slice(1), '--json'])).stdout) as { counts: Record<string, number> };
    await sameCounts(counts, arf);
    const results = file('results.xml', resultsOf(real));
    const hdf = join(directory, 'hdf.json');
    const threshold = file('threshold.yml', 'compliance:\n  min: 1\n');
    const toHdf = [...saf, 'convert', 'xccdf_results2hdf', '-i', results, '-o', hdf];
    const safCommands = [toHdf, [...saf, 'validate', 'threshold', '-i', hdf, '-T', threshold]];

    const [own, go, node] = await alternate([[gate(arf)], [[goReader, arf]], [['node', '-e', '0']]], 15) as [Cost, Cost, Cost];
    const [ownBesideSaf, mitre] = await alternate([[gate(arf)], safCommands], 3) as [Cost, Cost];
    const sizes = [40, 100];
    const grown = await alternate([[gate(arf)], ...sizes.map((size) => [gate(file(`arf-${size}.xml`, grownArf(real, size)))])], 5);
    const first = grown[0] as Cost;
    return [
      { name: 'cupel gate, wall, median', value: own.seconds, unit: 's', budget: '<= 0.45' },
      { name: 'cupel gate, CPU', value: own.cpu, unit: 's' },
      { name: 'cupel gate, peak RSS', value: own.megabytes, unit: 'MB', budget: '<= 110' },
      { name: 'node alone, wall, median', value: node.seconds, unit: 's' },
      { name: 'node alone, CPU', value: node.cpu, unit: 's' },
      { name: 'node alone, peak RSS', value: node.megabytes, unit: 'MB' },
      { name: 'cupel gate / node alone, wall', value: own.seconds / node.seconds, unit: 'ratio' },
      { name: 'Go encoding/xml, the same fields, wall, median', value: go.seconds, unit: 's' },
      { name: 'Go encoding/xml, CPU', value: go.cpu, unit: 's' },
      { name: 'Go encoding/xml, peak RSS', value: go.megabytes, unit: 'MB' },
      { name: 'cupel gate / Go, wall', value: own.seconds / go.seconds, unit: 'ratio', budget: '<= 1' },
      { name: 'MITRE SAF convert + threshold, wall, median', value: mitre.seconds, unit: 's', note: 'on the XCCDF results of the same scan: in an ARF it finds no rules' },
      { name: 'MITRE SAF, CPU', value: mitre.cpu, unit: 's' },
      { name: 'MITRE SAF, peak RSS', value: mitre.megabytes, unit: 'MB' },
      { name: 'MITRE SAF / cupel gate, wall', value: mitre.seconds / ownBesideSaf.seconds, unit: 'ratio', budget: '>= 15' },
      ...sizes.flatMap((size, i): Measurement[] => {
        const cost = grown[i + 1] as Cost;
        return [
          { name: `cupel gate on ${size} MB, wall, median`, value: cost.seconds, unit: 's' },
          { name: `cupel gate on ${size} MB, peak RSS`, value: cost.megabytes, unit: 'MB' },
          { name: `cupel gate on ${size} MB, per MB more`, value: 1000 * (cost.seconds - first.seconds) / (size - real.length / 1e6), unit: 'ms', note: `${(cost.seconds / first.seconds).toFixed(2)} times the wall time, ${(cost.megabytes / first.megabytes).toFixed(2)} times the memory of ${(real.length / 1e6).toFixed(0)} MB` },
        ];
      }),
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The reader in Go and Cupel have read the same. */
async function sameCounts(own: Record<string, number>, arf: string): Promise<void> {
  const { counts } = JSON.parse((await execa(goReader, [arf])).stdout) as { counts: Record<string, number> };
  for (const [word, count] of Object.entries(counts)) {
    if (own[word] !== count) throw new Error(`${word}: ${own[word] ?? 0} by cupel, ${count} by the reader in Go`);
  }
}
