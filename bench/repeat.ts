import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { execa } from 'execa';

const rounds = 9;

/** Medians of one command: wall and CPU time in seconds, peak resident memory in MB. */
export interface Cost {
  seconds: number;
  cpu: number;
  megabytes: number;
}

/** Runs a command several times; medians of its cost. @param exits the exit codes it may end with */
export async function repeat(command: readonly string[], exits: readonly number[]): Promise<Cost> {
  const [cost] = await alternate([[command]], rounds, exits);
  return cost as Cost;
}

/**
 * Runs commands in turn, several times, so that what else the machine does meets all of them; medians of the cost of each.
 * @param subjects each one command or several that belong together: their times are added, of their memory the most counts
 */
export async function alternate(subjects: readonly (readonly (readonly string[])[])[], times: number, exits: readonly number[] = [0]): Promise<Cost[]> {
  if (!existsSync('/usr/bin/time')) throw new Error('GNU time is needed: run make setup');
  const costs = subjects.map((): Cost[] => []);
  for (let round = 0; round < times; round++) {
    for (const [index, commands] of subjects.entries()) {
      const parts: Cost[] = [];
      for (const command of commands) parts.push(await once(command, exits));
      costs[index]?.push({ seconds: sum(parts.map(({ seconds }) => seconds)), cpu: sum(parts.map(({ cpu }) => cpu)), megabytes: Math.max(...parts.map(({ megabytes }) => megabytes)) });
    }
  }
  return costs.map((all) => ({ seconds: median(all.map(({ seconds }) => seconds)), cpu: median(all.map(({ cpu }) => cpu)), megabytes: median(all.map(({ megabytes }) => megabytes)) }));
}

async function once(command: readonly string[], exits: readonly number[]): Promise<Cost> {
  const began = performance.now();
  const result = await execa('/usr/bin/time', ['-f', 'rss=%M user=%U sys=%S', ...command], { reject: false, cwd: tmpdir() }); // some leave a log where they run
  const seconds = (performance.now() - began) / 1000;
  if (!exits.includes(result.exitCode ?? -1)) throw new Error(`${command.join(' ')}: exit ${result.exitCode ?? '?'}\n${result.stderr}`);
  const [, rss, user, sys] = /rss=(\d+) user=([\d.]+) sys=([\d.]+)/.exec(result.stderr) ?? [];
  return { seconds, cpu: Number(user) + Number(sys), megabytes: Number(rss) / 1024 };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
