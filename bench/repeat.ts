import { existsSync } from 'node:fs';
import { execa } from 'execa';

const rounds = 9;

/** Runs a command several times; medians of wall time and of peak resident memory. */
export async function repeat(command: readonly string[], exits: readonly number[]): Promise<{ seconds: number; megabytes: number }> {
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
