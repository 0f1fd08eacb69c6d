/** `cupel report --format html` from a real ARF of 20 MB, what MITRE SAF makes of `--format hdf`, and `cupel history` of ten images with 400 builds each; process start included. */
import { createReadStream, createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { execa } from 'execa';
import { readAssay } from '../src/assay/index.ts';
import { build } from '../test/report/history/store.ts';
import { CUPEL } from '../test/e2e/factory/index.ts';
import type { Measurement } from './measurement.ts';
import { saf, setUpPeers } from './peers.ts';
import { repeat } from './repeat.ts';

const fixture = join(import.meta.dirname, '../test/fixtures/arf/debian12-cis-l1.arf.xml.gz');
const images = 10;
const builds = 400;

export async function benchReport(): Promise<Measurement[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'cupel-bench-'));
  try {
    const arf = join(scratch, 'arf.xml');
    await pipeline(createReadStream(fixture), createGunzip(), createWriteStream(arf));
    const page = join(scratch, 'report.html');
    const html = await repeat(['node', CUPEL, 'report', arf, '--format', 'html', '--output', page], [0]);
    const counted = await safCounts(arf, join(scratch, 'hdf.json'));
    const store = join(scratch, 'store');
    const site = join(scratch, 'site');
    fill(store);
    const history = await repeat(['node', CUPEL, 'history', store, '--out', site], [0]);
    const node = await repeat(['node', '-e', '0'], [0]);
    return [
      { name: 'cupel report --format html, 20 MB ARF, wall, median', value: html.seconds, unit: 's', budget: '<= 1' },
      { name: 'cupel report --format html, peak RSS', value: html.megabytes, unit: 'MB', budget: '<= 150' },
      { name: 'report.html of a machine that was never hardened', value: statSync(page).size / 1e6, unit: 'MB', budget: '<= 0.6' },
      { name: 'rules that MITRE SAF counts otherwise in --format hdf', value: counted, unit: 'rules', budget: '= 0' },
      { name: `cupel history, ${images} images of ${builds} builds, wall, median`, value: history.seconds, unit: 's', budget: '<= 3' },
      { name: 'cupel history, peak RSS', value: history.megabytes, unit: 'MB' },
      { name: 'its first page', value: statSync(join(site, 'index.html')).size / 1e6, unit: 'MB', budget: '<= 0.3' },
      { name: 'node alone, wall, median', value: node.seconds, unit: 's' },
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** How far SAF's summary of what we write is from what the ARF holds. It has one word for error and unknown. */
async function safCounts(arf: string, hdf: string): Promise<number> {
  await setUpPeers();
  await execa('node', [CUPEL, 'report', arf, '--format', 'hdf', '--output', hdf]);
  const [command = '', ...args] = saf;
  const { stdout } = await execa(command, [...args, 'summary', '-i', hdf, '-f', 'json'], { cwd: dirname(hdf) });
  const [summary] = JSON.parse(stdout) as [Record<string, { total: number }>];
  const { rules } = await readAssay(arf);
  const words: Record<string, readonly string[]> = { passed: ['pass', 'fixed'], failed: ['fail'], skipped: ['notchecked'], error: ['error', 'unknown'], no_impact: ['notapplicable'] };
  return Object.entries(words).reduce((sum, [word, results]) => sum + Math.abs((summary[word]?.total ?? 0) - rules.filter(({ result }) => results.includes(result)).length), 0);
}

/** Builds that differ from night to night, as large as those of a real one. */
function fill(store: string): void {
  mkdirSync(store);
  const rules = Array.from({ length: 12 }, (_, at) => `accounts_password_pam_some_rule_with_a_long_name_${at}`);
  for (let image = 0; image < images; image++) {
    for (let at = 0; at < builds; at++) {
      const folder = build(store, {
        image: `image-${image}`, run: `${image}-${at}`, judged: new Date(Date.UTC(2025, 0, 1 + at)).toISOString(), passed: 330, seconds: 1200 + ((at * 37) % 300),
        failing: rules.slice((at * 7 + image) % 10), ignored: rules.slice(0, 5), report: at % 2 === 0,
      });
      writeFileSync(join(folder, 'before.json'), JSON.stringify({ pass_rate: 0.68 }));
    }
  }
}
