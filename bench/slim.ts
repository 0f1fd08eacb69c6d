/**
 * oscap with whole content, with slim content, and with slim content as Cupel runs it (`run-oscap`), in turn on one machine
 * of the lab; and lint of every shipped baseline.
 */
import { copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAssay, type Assay } from '../src/assay/index.ts';
import { loadBaseline, renderTailoring, resolveBaseline } from '../src/baseline/index.ts';
import { readContentIndex, slimContent } from '../src/content/index.ts';
import { CUPEL, REPOSITORY, scapContent } from '../test/e2e/factory/index.ts';
import { startMachine, type Machine } from '../test/e2e/lab/index.ts';
import type { Measurement } from './measurement.ts';
import { repeat } from './repeat.ts';

const rounds = 5;
const kinds = ['whole', 'slim', 'cupel'] as const;
type Kind = (typeof kinds)[number];

interface Scan {
  assay: Assay;
  arf: number;
  megabytes: number;
  seconds: number;
}

export async function benchSlim(): Promise<Measurement[]> {
  const content = await scapContent();
  const index = await readContentIndex(content);
  const baseline = resolveBaseline(await loadBaseline('debian12-cis-l1-server'), index, { asOf: new Date() });
  const machine = await startMachine({ packages: ['openscap-scanner', 'openscap-utils', 'time'] });
  const scans: Record<Kind, Scan[]> = { whole: [], slim: [], cupel: [] };
  let slimSize = 0;
  try {
    const place = join(machine.root, 'root/bench');
    mkdirSync(place);
    const slim = await slimContent(content, baseline, index);
    slimSize = slim.size;
    for (const name of ['run-oscap', 'oscap-apt.conf']) copyFileSync(join(REPOSITORY, 'provisioners/agent/libexec', name), join(place, name));
    copyFileSync(content, join(place, 'whole.xml'));
    writeFileSync(join(place, 'slim.xml'), slim.bytes);
    writeFileSync(join(place, 'tailoring.xml'), renderTailoring(baseline, { dataStreamHref: 'ds.xml' }));
    // The first scan of each fills the page cache.
    for (let round = 0; round <= rounds; round++) {
      for (const kind of kinds) {
        const scan = await scanWith(machine, place, kind, baseline.tailoredProfile);
        if (round > 0) scans[kind].push(scan);
      }
    }
  } finally {
    await machine.stop();
  }
  const whole = middle(scans.whole);
  const slim = middle(scans.slim);
  const cupel = middle(scans.cupel);
  const lint = await repeat(['env', `CUPEL_CACHE=${join(REPOSITORY, '.cache')}`, 'node', CUPEL, 'baseline', 'lint'], [0]);
  return [
    { name: 'verdicts that differ (of all rules selected)', value: differences(scans), unit: 'rules', budget: '= 0', note: `${evaluated(slim.assay).length} rules` },
    { name: 'data stream, whole', value: index.size / 1e6, unit: 'MB' },
    { name: 'data stream, slim', value: slimSize / 1e6, unit: 'MB' },
    { name: 'oscap peak RSS, whole', value: whole.megabytes, unit: 'MB' },
    { name: 'oscap peak RSS, slim / whole', value: slim.megabytes / whole.megabytes, unit: 'ratio', budget: '<= 0.50', note: `${slim.megabytes.toFixed(0)} MB` },
    { name: 'oscap CPU, whole', value: whole.seconds, unit: 's' },
    { name: 'oscap CPU, slim / whole', value: slim.seconds / whole.seconds, unit: 'ratio', budget: '<= 0.65', note: `${slim.seconds.toFixed(2)} s` },
    { name: 'oscap peak RSS, slim as Cupel runs it / whole', value: cupel.megabytes / whole.megabytes, unit: 'ratio', budget: '<= 0.50', note: `${cupel.megabytes.toFixed(0)} MB` },
    { name: 'oscap CPU, slim as Cupel runs it / whole', value: cupel.seconds / whole.seconds, unit: 'ratio', budget: '<= 0.65', note: `${cupel.seconds.toFixed(2)} s; apt's package lists left out: a running machine has them, a fresh image may not` },
    { name: 'ARF, whole', value: whole.arf / 1e6, unit: 'MB' },
    { name: 'ARF, slim / whole', value: slim.arf / whole.arf, unit: 'ratio', budget: '<= 0.35', note: `${(slim.arf / 1e6).toFixed(1)} MB` },
    { name: 'cupel baseline lint of every shipped baseline, wall', value: lint.seconds, unit: 's', budget: '< 5' },
  ];
}

async function scanWith(machine: Machine, place: string, kind: Kind, profile: string): Promise<Scan> {
  const [program, content] = kind === 'cupel' ? ['./run-oscap', 'slim'] : ['oscap', kind];
  const { exitCode, stderr } = await machine.exec(
    `cd /root/bench && /usr/bin/time -o used -f '%M %U %S' ${program} xccdf eval --skip-validation --tailoring-file tailoring.xml --profile ${profile} --results-arf arf.xml ${content}.xml >/dev/null; code=$?; tail -n 1 used >&2; exit $code`);
  const [kilobytes = NaN, user = NaN, system = NaN] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  if (exitCode !== 2) throw new Error(`oscap with ${kind} content: exit ${exitCode}\n${stderr}`);
  const file = join(place, 'arf.xml');
  return { assay: await readAssay(file), arf: statSync(file).size, megabytes: kilobytes / 1024, seconds: user + system };
}

const evaluated = (assay: Assay): { rule: string; result: string }[] => assay.rules.filter(({ result }) => result !== 'notselected').map(({ rule, result }) => ({ rule, result }));

function differences({ whole, slim, cupel }: Record<Kind, Scan[]>): number {
  return Math.max(...whole.flatMap(({ assay }, at) => [slim, cupel].map((scans) => {
    const other = new Map(evaluated((scans[at] as Scan).assay).map(({ rule, result }) => [rule, result]));
    const own = evaluated(assay);
    return own.filter(({ rule, result }) => other.get(rule) !== result).length + Math.abs(other.size - own.length);
  })));
}

/** Each figure's own median. */
function middle(scans: readonly Scan[]): Scan {
  const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
  const [first] = scans;
  if (first === undefined) throw new Error('nothing was measured');
  return { assay: first.assay, arf: median(scans.map(({ arf }) => arf)), megabytes: median(scans.map(({ megabytes }) => megabytes)), seconds: median(scans.map(({ seconds }) => seconds)) };
}
