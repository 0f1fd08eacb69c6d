/** What the bench measures Cupel beside, and sets up for that: see bench/peers. */
import { join } from 'node:path';
import { execa } from 'execa';

const folder = join(import.meta.dirname, '../.cache/bench');

/** MITRE SAF's command line. */
export const saf = ['node', join(folder, 'saf/node_modules/@mitre/saf/bin/run')];
export const goReader = join(folder, 'go-read');

export async function setUpPeers(): Promise<void> {
  await execa(join(import.meta.dirname, 'peers/setup.sh'), { stdio: ['ignore', 'inherit', 'inherit'] });
}
