/** `cupel gate` on a real ARF, process start included, beside Node alone. */
import { createReadStream, createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CUPEL } from '../test/e2e/factory/index.ts';
import type { Measurement } from './measurement.ts';
import { repeat } from './repeat.ts';

const fixtures = join(import.meta.dirname, '../test/fixtures/arf');

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
