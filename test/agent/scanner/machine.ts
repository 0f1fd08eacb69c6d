import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Platform } from '../../../src/agent/platform/index.ts';
import { nodePlatform } from '../../../src/agent/platform/node.ts';
import type { ScanResult } from '../../../src/agent/result.ts';
import { placesBelow, type Places } from '../../../src/agent/scanner/places.ts';
import { runScanner } from '../../../src/agent/scanner/run.ts';
import { digestOf } from '../../../src/baseline/canonical.ts';
import { renderLock } from '../../../src/baseline/index.ts';
import type { Baseline } from '../../../src/baseline/model.ts';
import { arf, benchmark, testResult } from '../../assay/read/sample.ts';
import { baseline as sample } from '../../gate/samples.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const content = '<data-stream-collection/>';
const tailoring = '<Tailoring/>';

/** What rule results a scan gives: short rule ids. */
export type Results = Readonly<Record<string, 'pass' | 'fail' | 'error'>>;

export interface Ran {
  exitCode: number;
  out: string;
  error: string;
}

/** A machine below a folder, with a program for oscap that gives the results it is told. */
export class SmallMachine {
  readonly root: string;
  readonly places: Places;
  /** Changes what the scanner sees of the system. */
  tamper: (platform: Platform) => Platform = (platform) => platform;
  /** Of the scanner's environment. */
  readonly environment: Record<string, string> = {};

  constructor(root: string, more: Partial<Baseline> = {}) {
    this.root = root;
    this.places = placesBelow(root);
    const { lock, ignore, content: folder, state, build, programs } = this.places;
    for (const each of [path.dirname(lock), ignore, folder, state, build, `${programs}/libexec`, `${root}/bin`]) mkdirSync(each, { recursive: true });
    for (const name of ['run-oscap', 'oscap-apt.conf']) copyFileSync(new URL(`../../../provisioners/agent/libexec/${name}`, import.meta.url), `${programs}/libexec/${name}`);
    const said = { ...sample({ passRate: 0.9 }), ...more };
    const baseline = { ...said, sha256: digestOf(said) };
    writeFileSync(lock, renderLock(baseline, { content: { version: '1.0', sha256: sha256(content) }, tailoring: sha256(tailoring) }));
    writeFileSync(path.join(folder, 'ssg-debian12-ds.xml'), content);
    writeFileSync(this.places.tailoring, tailoring);
    this.finds({ a: 'pass', b: 'pass' });
    this.oscap(`#!/bin/sh
      case "$1 $2 $3" in
        --version*) echo 'OpenSCAP command line tool (oscap) 1.3.7' ;;
        'xccdf generate fix') while [ "$1" != --output ]; do shift; done; cp '${root}/fixes.sh' "$2" ;;
        *) while [ "$1" != --results-arf ]; do shift; done; sed "s/run-1/$OSCAP_EVALUATION_TARGET/" '${root}/arf.xml' >"$2"; exit 2 ;;
      esac`);
  }

  /** What the next scan finds. */
  finds(results: Results): void {
    const id = (rule: string): string => `xccdf_org.ssgproject.content_rule_${rule}`;
    const rules = Object.keys(results).map((rule) => `<x:Rule id="${id(rule)}" severity="medium"><x:title>Rule ${rule}</x:title><x:reference href="https://www.cisecurity.org/benchmark/debian_linux/">1.2</x:reference></x:Rule>`).join('');
    const found = Object.entries(results).map(([rule, result]) => `<rule-result idref="${id(rule)}" severity="medium"><result>${result}</result></rule-result>`).join('');
    const result = testResult(found).replace('idref="p"', `idref="${sample().tailoredProfile}"`);
    writeFileSync(path.join(this.root, 'arf.xml'), arf({ benchmark: benchmark(rules), result }));
    writeFileSync(path.join(this.root, 'fixes.sh'), Object.keys(results).map((rule, at, { length }) =>
      `###############################################################################\n# BEGIN fix (${at + 1} / ${length}) for '${id(rule)}'\n###############################################################################\n(>&2 echo x)\ntouch ${rule}\n# END fix for '${id(rule)}'\n`).join('\n'));
  }

  oscap(script: string): void {
    writeFileSync(path.join(this.root, 'bin/oscap'), script, { mode: 0o755 });
  }

  run(...args: string[]): Ran {
    const ran = { out: '', error: '' };
    const environment = { ...process.env, ...this.environment, PATH: `${this.root}/bin:${process.env['PATH'] ?? ''}` };
    const platform = nodePlatform(args, environment, { out: (text) => { ran.out += text; }, error: (text) => { ran.error += text; } });
    // A lock of Node's lasts as long as the process: each run here would be another one.
    return { exitCode: runScanner(this.tamper({ ...platform, lock: () => true }), this.places), ...ran };
  }

  state(name: string): string {
    return path.join(this.places.state, name);
  }

  has(name: string): boolean {
    return existsSync(this.state(name));
  }

  text(name: string): string {
    return readFileSync(this.state(name), 'utf8');
  }

  get result(): ScanResult {
    return JSON.parse(this.text('result.json')) as ScanResult;
  }
}
