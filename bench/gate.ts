/** `cupel gate` on a real ARF, process start included, beside Node alone. */
import { createReadStream, createWriteStream, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { execa } from 'execa';
import { CUPEL } from '../test/e2e/factory/index.ts';
import type { Measurement } from './measurement.ts';

const fixtures = join(import.meta.dirname, '../test/fixtures/arf');
const rounds = 9;

export async function benchGate(): Promise<Measurement[]> {
  const directory = mkdtempSync(join(tmpdir(), 'cupel-bench-'));
  try {
    const arf = join(directory, 'arf.xml');
    await pipeline(createReadStream(join(fixtures, 'debian12-cis-l1.arf.xml.gz')), createGunzip(), createWriteStream(arf));
    const baseline = join(directory, 'stock.yml');
    writeFileSync(baseline, 'name: stock\ncontent: { product: debian12, version: ">=0.1.82" }\nprofile: cis_level1_server\ngate: { pass_rate: 0 }\n');
    const gate = ['node', CUPEL, 'gate', '--baseline', baseline, '--arf', arf];
    const own = await repeat(gate, [0]);
    const node = await repeat(['node', '-e', '0'], [0]);
    return [
      { name: 'cupel gate, wall, median', value: own.seconds, unit: 's', budget: '<= 0.45' },
      { name: 'cupel gate, peak RSS', value: own.megabytes, unit: 'MB', budget: '<= 110' },
      { name: 'node alone, wall, median', value: node.seconds, unit: 's' },
      { name: 'node alone, peak RSS', value: node.megabytes, unit: 'MB' },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function repeat(command: readonly string[], exits: readonly number[]): Promise<{ seconds: number; megabytes: number }> {
  if (!existsSync('/usr/bin/time')) throw new Error('GNU time is needed: run make setup');
  const seconds: number[] = [];
  const kilobytes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    const result = await execa('/usr/bin/time', ['-f', 'rss=%M', ...command], { reject: false });
    seconds.push((performance.now() - began) / 1000);
    if (!exits.includes(result.exitCode ?? -1)) throw new Error(`${command.join(' ')}: exit ${result.exitCode ?? '?'}\n${result.stderr}`);
    kilobytes.push(Number(/rss=(\d+)/.exec(result.stderr)?.[1]));
  }
  return { seconds: median(seconds), megabytes: median(kilobytes) / 1024 };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
