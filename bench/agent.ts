/**
 * The agent that goes into every image: its size, what its exporter costs a machine, alone and under real systemd with its
 * sandbox, beside Debian's node_exporter with the same lines and a resident exporter in Go; what reading a report costs.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { AssayReader, type Assay } from '../src/assay/index.ts';
import { failing } from '../src/gate/index.ts';
import { agentPrograms, installAgent, leaveReport } from '../test/e2e/exporter/install.ts';
import { exchange, get, within } from '../test/e2e/exporter/within.ts';
import { REPOSITORY } from '../test/e2e/factory/index.ts';
import { type Machine, startMachine } from '../test/e2e/lab/index.ts';
import { realArf } from './arf.ts';
import type { Measurement } from './measurement.ts';
import { metricsOf, resultOf } from './metrics-of.ts';
import { alternate, type Cost } from './repeat.ts';

const cache = path.join(REPOSITORY, '.cache/bench');
const scrapes = 300;
/** Milliseconds between two scrapes: what a machine that is asked has done with one when the next comes. */
const pause = 20;
/** Opens many connections at once: the exporter's tests attack it with the same. */
const flood = path.join(import.meta.dirname, '../test/e2e/exporter/flood.js');
/** Rules that the shipped baseline ignores and a container does not meet: as many as a real machine has. */
const ignoredByMany = 8;

export async function benchAgent(): Promise<Measurement[]> {
  await execa(path.join(import.meta.dirname, 'peers/setup.sh'), ['go'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const programs = await agentPrograms();
  const directory = mkdtempSync(path.join(tmpdir(), 'cupel-bench-'));
  try {
    return [...sizes(programs), ...await reading(directory), ...await alone(programs, directory), ...await inMachine()];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function inMachine(): Promise<Measurement[]> {
  const machine = await startMachine({ name: 'bench', packages: ['openscap-scanner', 'prometheus-node-exporter'] });
  try {
    return await scraping(machine);
  } finally {
    await machine.stop();
  }
}

function sizes(programs: string): Measurement[] {
  const megabytes = (arch: string): number => ['cis-scanner', 'cis-exporter'].reduce((sum, name) => sum + statSync(path.join(path.dirname(programs), arch, name)).size, 0) / 1e6;
  return [
    { name: 'both programs on disk, amd64', value: megabytes('amd64'), unit: 'MB', budget: '<= 4' },
    { name: 'both programs on disk, arm64', value: megabytes('arm64'), unit: 'MB', budget: '<= 4' },
    { name: 'the exporter in Go on disk', value: statSync(path.join(cache, 'go-exporter')).size / 1e6, unit: 'MB' },
  ];
}

async function reading(directory: string): Promise<Measurement[]> {
  const arf = path.join(directory, 'arf.xml');
  writeFileSync(arf, realArf());
  const program = path.join(directory, 'arf-to-metrics');
  await execa(path.join(REPOSITORY, 'scripts/build-agent.sh'), ['--program', 'bench/arf-to-metrics.ts', program]);
  // What it reads is what Node reads.
  if ((await execa(program, [arf], { stripFinalNewline: false })).stdout !== metricsOf(assayOfFixture())) throw new Error('the metrics compiled differ from those by Node');
  const [own, go] = await alternate([[[program, arf]], [[path.join(cache, 'go-read'), arf]]], 9) as [Cost, Cost];
  return [
    { name: 'ARF of 20.8 MB to metrics in the agent, wall, median', value: own.seconds, unit: 's', budget: '<= 1.0' },
    { name: 'ARF to metrics in the agent, CPU', value: own.cpu, unit: 's' },
    { name: 'ARF to metrics in the agent, peak RSS', value: own.megabytes, unit: 'MB', budget: '<= 80' },
    { name: 'reading the same in Go, wall, median', value: go.seconds, unit: 's' },
    { name: 'reading the same in Go, peak RSS', value: go.megabytes, unit: 'MB' },
  ];
}

function assayOfFixture(): Assay {
  const reader = new AssayReader();
  reader.write(Buffer.from(realArf()));
  return reader.end();
}

/**
 * Programs started for each scrape, without systemd, in a root that holds nothing else. Beside ours two that only hand the file
 * out: how fast this machine starts programs is in all of them.
 */
async function alone(programs: string, directory: string): Promise<Measurement[]> {
  const root = path.join(directory, 'root');
  mkdirSync(path.join(root, 'etc/cupel'), { recursive: true });
  leaveReport({ root }, resultOf(assayOfFixture()));
  cpSync(path.join(programs, 'cis-exporter'), path.join(root, 'cis-exporter'));
  for (const name of ['c-scrape', 'c-hand-out']) cpSync(path.join(cache, name), path.join(root, name));
  const file = path.join(root, 'var/lib/cupel/metrics.prom');
  const script = path.join(directory, 'sh-cat');
  writeFileSync(script, `#!/bin/sh\nwhile read -r line; do case $line in ?) break ;; esac; done\nprintf 'HTTP/1.1 200 OK\\r\\nContent-Length: ${statSync(file).size}\\r\\nConnection: close\\r\\n\\r\\n'\nexec cat ${file}\n`, { mode: 0o755 });
  const scrape = async (argv: readonly string[], between: number, names: readonly string[]): Promise<number[][]> => {
    const [program = '', ...rest] = [...argv, String(scrapes), String(between), ...names];
    return JSON.parse((await execa(program, rest)).stdout) as number[][];
  };
  const rounds = [];
  for (let round = 0; round < 5; round++) {
    const [own = [], least = []] = await scrape(['chroot', root, '/c-scrape'], 0, ['/cis-exporter', '/c-hand-out']);
    const [shell = []] = await scrape([path.join(cache, 'c-scrape')], 0, [script]);
    const [ownLater = [], leastLater = []] = await scrape(['chroot', root, '/c-scrape'], pause, ['/cis-exporter', '/c-hand-out']);
    rounds.push({ own, least, shell, ownLater, leastLater });
  }
  return [
    ...timing('scrape, cis-exporter alone', rounds.map(({ own }) => own), '<= 3'),
    ...timing('scrape, alone, in C and nothing but the file', rounds.map(({ least }) => least)),
    ...timing('scrape, alone, sh and cat', rounds.map(({ shell }) => shell)),
    ...timing(`scrape, cis-exporter alone, ${pause} ms after the last`, rounds.map(({ ownLater }) => ownLater)),
    ...timing(`scrape, alone, in C and nothing but the file, ${pause} ms after the last`, rounds.map(({ leastLater }) => leastLater)),
  ];
}

/** Percentiles; of several rounds the median. */
function timing(name: string, rounds: readonly number[][], budget?: string): Measurement[] {
  const typical = (percent: number): number => percentile(rounds.map((times) => percentile(times, percent)), 50);
  return [
    { name: `${name}, p50`, value: typical(50), unit: 'ms' },
    { name: `${name}, p99`, value: typical(99), unit: 'ms', ...(budget === undefined ? {} : { budget }) },
  ];
}

async function scraping(machine: Machine): Promise<Measurement[]> {
  await installAgent(machine);
  leaveReport(machine, resultOf(assayOfFixture()));
  const lines = bodyOf(await exchange(machine, { send: [get('/metrics')] }));
  await startPeers(machine, lines);
  const url = (port: number): string => `http://127.0.0.1:${port}/metrics`;
  const scraper = path.join(cache, 'go-scrape');
  const over = async (port: number): Promise<number[]> => {
    const [file, args] = within(machine, [scraper, String(scrapes), String(pause), url(port)]);
    return timesOf([file, ...args]);
  };
  const [sandboxed, bare, node, go] = [await over(9779), await over(9780), await over(9100), await over(9781)];
  const recovered = await recovery(machine);
  const resident = async (name: string): Promise<number> => {
    const { stdout } = await machine.exec(`ps -C ${name} -o rss= | awk '{ sum += $1 } END { print sum + 0 }'`);
    return Number(stdout) / 1024;
  };
  await machine.exec('while pgrep -x cis-exporter; do sleep 0.1; done');
  return [
    ...timing('scrape, cis-exporter under systemd, sandboxed', [sandboxed], '<= 60'),
    ...timing('scrape, cis-exporter under systemd, bare unit', [bare]),
    ...timing('scrape, node_exporter with the same lines', [node]),
    ...timing('scrape, exporter in Go', [go]),
    { name: 'answers again after a thousand connections at once', value: recovered, unit: 's', budget: '<= 1' },
    { name: 'resident while idle, cis-exporter and cis-scanner', value: await resident('cis-exporter,cis-scanner'), unit: 'MB', budget: '0' },
    { name: 'resident while idle, node_exporter', value: await resident('prometheus-node'), unit: 'MB' },
    { name: 'resident while idle, exporter in Go', value: await resident('go-exporter'), unit: 'MB' },
    { name: 'series of a healthy host', value: await healthySeries(machine), unit: 'series', budget: '<= 60', note: `${ignoredByMany} ignored rules among them that would fail` },
    { name: 'series of that host, hardly hardened', value: countSeries(lines), unit: 'series' },
  ];
}

/** node_exporter with our lines in a textfile, the exporter in Go, and our exporter in a unit without a sandbox. */
async function startPeers(machine: Machine, lines: string): Promise<void> {
  const inside = (name: string): string => path.join(machine.root, name);
  for (const name of ['go-scrape', 'go-exporter']) cpSync(path.join(cache, name), inside(name));
  cpSync(path.join(import.meta.dirname, '../test/fixtures/arf/debian12-cis-l1.arf.xml.gz'), inside('root/arf.xml.gz'));
  mkdirSync(inside('var/lib/prometheus/node-exporter'), { recursive: true });
  writeFileSync(inside('var/lib/prometheus/node-exporter/cis.prom'), lines);
  writeFileSync(inside('etc/default/prometheus-node-exporter'), 'ARGS="--collector.disable-defaults --collector.textfile --web.disable-exporter-metrics --web.listen-address=127.0.0.1:9100 --collector.textfile.directory=/var/lib/prometheus/node-exporter"\n');
  writeFileSync(inside('etc/systemd/system/bare.socket'), '[Socket]\nListenStream=127.0.0.1:9780\nAccept=yes\nTriggerLimitIntervalSec=0\n');
  writeFileSync(inside('etc/systemd/system/bare@.service'), '[Unit]\nCollectMode=inactive-or-failed\n[Service]\nExecStart=-/usr/lib/cupel/cis-exporter\nStandardInput=socket\nStandardError=journal\nLogLevelMax=notice\n');
  const { exitCode, stderr } = await machine.exec('systemctl daemon-reload && systemctl restart bare.socket prometheus-node-exporter && systemd-run --quiet --unit=go-exporter /go-exporter /root/arf.xml.gz 127.0.0.1:9781'
    + ' && for i in $(seq 100); do sleep 0.2; ss -ltn | grep -q 127.0.0.1:9781 && ss -ltn | grep -q 127.0.0.1:9100 && exit 0; done; exit 1');
  if (exitCode !== 0) throw new Error(`the peers do not answer: ${stderr}`);
  const go = bodyOf(await exchange(machine, { send: ['GET /metrics HTTP/1.0\r\n\r\n'], port: 9781 }));
  for (const line of lines.split('\n').filter((each) => /^cis_(?:rules|rule_failed|oscap_score|rules_evaluated)\b/.test(each))) {
    if (!go.includes(`${line}\n`)) throw new Error(`the exporter in Go does not say: ${line}`);
  }
}

/** Seconds from the end of an attack to an answer for the very address that attacked, the start of a client included. */
async function recovery(machine: Machine): Promise<number> {
  const from = '127.0.0.2';
  const [file, args] = within(machine, ['node', flood, '1000', '0', from]);
  await execa(file, args);
  const began = performance.now();
  while (!(await exchange(machine, { send: [get('/metrics')], from })).includes('cis_pass_ratio')) if (performance.now() - began > 60_000) throw new Error('the exporter does not answer again');
  return (performance.now() - began) / 1000;
}

async function timesOf(command: readonly string[]): Promise<number[]> {
  const [file = '', ...args] = command;
  const { stdout } = await execa(file, args);
  return (JSON.parse(stdout) as { times: number[] }).times;
}

/** As a machine is that meets its baseline: what failed passes, but for some rules that are ignored. */
async function healthySeries(machine: Machine): Promise<number> {
  const assay = assayOfFixture();
  const ignored = assay.rules.filter(({ result }) => failing.has(result)).slice(0, ignoredByMany).map(({ rule }) => rule);
  const rules = assay.rules.map((rule) => (failing.has(rule.result) && !ignored.includes(rule.rule) ? { ...rule, result: 'pass' as const } : rule));
  leaveReport(machine, resultOf({ ...assay, rules }, ignored));
  return countSeries(bodyOf(await exchange(machine, { send: [get('/metrics')] })));
}

const countSeries = (text: string): number => text.split('\n').filter((line) => /^[a-z]/.test(line)).length;
const bodyOf = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4);

function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * percent / 100) - 1)] ?? NaN;
}
