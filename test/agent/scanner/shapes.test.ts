import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { scratch } from '../../target/scratch.ts';
import { SmallMachine } from './machine.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The value with something else in one place, for every place and every something; `undefined` takes the place away. */
function* mutations(value: Json, at = ''): Generator<{ at: string; value: Json | undefined }> {
  for (const other of [undefined, null, {}, 'x']) yield { at: `${at} = ${other === undefined ? 'nothing' : JSON.stringify(other)}`, value: other };
  if (typeof value !== 'object' || value === null) return;
  for (const [key, held] of Object.entries(value)) {
    for (const { at: where, value: mutated } of mutations(held, `${at}.${key}`)) {
      const entries = Object.entries(value).flatMap(([name, kept]): [string, Json][] => (name !== key ? [[name, kept]] : mutated === undefined ? [] : [[name, mutated]]));
      yield { at: where, value: Array.isArray(value) ? entries.map(([, kept]) => kept) : Object.fromEntries(entries) };
    }
  }
}

describe('cis-scanner among files of another shape', () => {
  const directory = scratch();
  let machine: SmallMachine;
  const files = { result: '', verdict: '', run: '', values: '' };
  beforeEach(() => {
    machine = new SmallMachine(directory.path);
    const { build, programs, state } = machine.places;
    mkdirSync(path.join(programs, 'fixes'), { recursive: true });
    Object.assign(files, { result: `${state}/result.json`, verdict: `${build}/verdict.json`, run: `${build}/run.json`, values: `${programs}/fixes/values.json` });
    writeFileSync(path.join(machine.places.ignore, 'site.txt'), 'c   # not here; owner=site; expires=2099-01-01\nd\n');
    machine.finds({ a: 'pass', b: 'fail', c: 'fail' });
    writeFileSync(files.run, '{ "image": "web", "run": "r", "baseline": "b" }');
    machine.run('scan');
    writeFileSync(files.verdict, JSON.stringify(machine.result.report?.verdict));
    writeFileSync(files.values, '{ "var_x": "1" }');
    machine.run('scan');
    expect(machine.run('status').out).to.contain('image      web, refused').and.to.contain('failing    b').and.to.contain('warning    ');
  });

  it('says what the image was also before there was a scan', () => {
    const { run } = JSON.parse(readFileSync(files.verdict, 'utf8')) as { run: string };
    rmSync(files.result);
    const { exitCode, out } = machine.run('status');
    expect({ exitCode, lines: out.trim().split('\n').slice(1) }).to.deep.equal({ exitCode: 3, lines: ['image      web, refused when it was built (pass rate 0.5)', `run        ${run}`] });
    expect(JSON.parse(machine.run('status', '--json').out)).to.deep.include({ result: null, hallmark: { image: 'web', run, baseline: 'debian12-cis-l1-server', content: '1.0', verdict: 'refused', pass_rate: 0.5 } });
  });

  for (const name of ['result', 'verdict', 'run'] as const) {
    it(`is never at a loss, whatever ${name}.json holds: with status, and with a scan that fails`, () => {
      const good = readFileSync(files[name], 'utf8');
      const before = machine.text('result.json');
      // What it reads before the scan fails is what it needs to say so.
      machine.places.lock = `${directory.path}/none`;
      // Hundreds of times: nothing is flushed to the disk.
      machine.tamper = (platform) => ({ ...platform, files: { ...platform.files, write: (file, text, mode) => { writeFileSync(file, text, { mode }); }, replace: renameSync } });
      let seen = 0;
      for (const { at, value } of [...mutations(JSON.parse(good) as Json), { at: 'half', value: undefined }]) {
        const broken = value === undefined ? good.slice(0, good.length / 2) : JSON.stringify(value);
        writeFileSync(files.result, before);
        writeFileSync(files[name], broken);
        const status = machine.run('status');
        expect(status.exitCode, `${name}.json ${at}: ${status.error}`).to.be.oneOf([2, 3]);
        if (name === 'result') writeFileSync(files.result, broken);
        const { exitCode, error } = machine.run('scan');
        expect(exitCode, `${name}.json ${at}: ${error}`).to.equal(3);
        expect(machine.result.scan, `${name}.json ${at}`).to.nested.include({ success: false, 'failure.code': 'baseline-missing' });
        expect(machine.text('metrics.prom')).to.contain('cis_scan_success 0\n');
        seen++;
      }
      expect(seen).to.be.above(16);
    });
  }

  it('knows no result, and no build, from a file without what it shows', () => {
    writeFileSync(files.verdict, '{"schema":"https://cupel.dev/schema/verdict/v1"}');
    expect(machine.run('scan').exitCode).to.equal(0);
    expect(machine.result.build).to.equal(null);
    for (const text of ['{"schema":"https://cupel.dev/schema/scan/v1","scan":{}}', '{"schema":"https://cupel.dev/schema/scan/v1","scan":null}']) {
      writeFileSync(files.result, text);
      expect(machine.run('status')).to.include({ exitCode: 3 }).and.to.have.property('out').that.matches(/^missing: /);
    }
  });

  it('writes no fixes by values that cannot be read, and says which file that is', () => {
    for (const text of ['{', 'null', '[]', '{"var_x":1}', '{"var_x":{}}']) {
      writeFileSync(files.values, text);
      expect(machine.run('scan'), text).to.include({ exitCode: 3 }).and.to.have.property('error').that.contains('/fixes/values.json: is not JSON with a text for each value [fix-values-broken]\n  the image is damaged');
      expect(machine.result.scan.failure?.code).to.equal('fix-values-broken');
    }
    machine.finds({ a: 'pass', b: 'pass' });
    expect(machine.run('scan').exitCode).to.equal(0);
  });
});
