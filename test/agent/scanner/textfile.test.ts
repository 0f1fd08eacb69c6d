import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { SystemError } from '../../../src/agent/platform/index.ts';
import { scratch } from '../../target/scratch.ts';
import { SmallMachine } from './machine.ts';

describe('a textfile that cannot be written', () => {
  const directory = scratch();
  let machine: SmallMachine;
  const folder = (): string => path.join(directory.path, 'collector');
  const textfile = (): string => path.join(folder(), 'cis.prom');
  beforeEach(() => {
    machine = new SmallMachine(directory.path);
    writeFileSync(machine.places.configuration, `# for node_exporter\ntextfile = ${textfile()}\n`);
  });
  const warning = (code: string): string => `${machine.places.configuration}:2: textfile: ${textfile()} cannot be written (${code})`;

  it('is a warning: the scan succeeded, and its result and metrics hold', () => {
    const { exitCode, out, error } = machine.run('scan', '--fail');
    expect([exitCode, error]).to.deep.equal([0, `cis-scanner: ${warning('ENOENT')}: its folder must be there and take new files\n`]);
    expect(out).to.match(/^accepted: /);
    expect(machine.result.scan).to.include({ success: true, failure: null });
    expect(machine.run('status')).to.include({ exitCode: 0 }).and.to.have.property('out').that.contains(`warning    ${warning('ENOENT')}`);
    // No line of an ignore list; and the metrics name the result as it lies there now.
    const bytes = Buffer.byteLength(machine.text('result.json'));
    expect(machine.text('metrics.prom')).to.contain('cis_scan_success 1\n').and.to.contain('cis_ignore_list_warnings 0\n').and.to.match(new RegExp(`^# cupel report ${bytes} \\d+ .*/result\\.json$`, 'm'));
    mkdirSync(folder());
    expect(machine.run('scan')).to.include({ exitCode: 0, error: '' });
    expect(machine.result.warnings).to.deep.equal([]);
  });

  it('does not hide why a scan failed', () => {
    machine.places.lock = `${directory.path}/none`;
    const { exitCode, error } = machine.run('scan');
    expect(exitCode).to.equal(3);
    expect(error).to.contain(warning('ENOENT')).and.to.contain('[baseline-missing]');
    expect(machine.result.scan.failure?.code).to.equal('baseline-missing');
  });

  it('leaves what is known when not even the warning finds room', () => {
    mkdirSync(folder());
    machine.tamper = (platform) => {
      let full = false;
      return { ...platform, files: { ...platform.files, write: (file, text, mode) => {
        full ||= file === textfile();
        if (full) throw new SystemError('ENOSPC', 'write', file);
        platform.files.write(file, text, mode);
      } } };
    };
    expect(machine.run('scan')).to.include({ exitCode: 0 }).and.to.have.property('error').that.contains(warning('ENOSPC'));
    expect(machine.result).to.nested.include({ 'scan.success': true }).and.to.have.property('warnings').that.is.empty;
    expect(readFileSync(machine.state('metrics.prom'), 'utf8')).to.contain('cis_scan_success 1\n');
  });
});
