import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { parse } from 'yaml';
import { monitoringKit } from './kit.ts';

const rules = monitoringKit('prometheus/cis.rules.yml');
const tests = new URL('cis.rules.test.yml', import.meta.url).pathname;

async function outcome(file: string, args: readonly string[], cwd?: string): Promise<string> {
  const { exitCode, all } = await execa(file, args, { reject: false, all: true, ...(cwd === undefined ? {} : { cwd }) });
  return exitCode === 0 ? '' : all;
}

describe('the monitoring kit', () => {
  let directory = '';
  before(() => { directory = mkdtempSync(path.join(tmpdir(), 'cupel-rules-')); });
  after(() => { rmSync(directory, { recursive: true, force: true }); });

  it('has alerts that fire when they should, and only then', async () => {
    cpSync(rules, path.join(directory, 'cis.rules.yml'));
    cpSync(tests, path.join(directory, 'cis.rules.test.yml'));
    expect(await outcome('promtool', ['test', 'rules', 'cis.rules.test.yml'], directory)).to.equal('');
  });

  it('has a test of every rule', () => {
    const { groups } = parse(readFileSync(rules, 'utf8')) as { groups: { rules: { alert?: string; record?: string }[] }[] };
    const text = readFileSync(tests, 'utf8');
    const untested = groups.flatMap((group) => group.rules.map(({ alert, record }) => alert ?? record ?? '')).filter((name) => !text.includes(name));
    expect(untested).to.deep.equal([]);
  });

  it('has examples that Prometheus and the Alertmanager take', async () => {
    expect(await outcome('promtool', ['check', 'config', monitoringKit('prometheus/prometheus.yml')])).to.equal('');
    expect(await outcome('promtool', ['check', 'config', '--syntax-only', monitoringKit('prometheus/prometheus-tls.yml')])).to.equal('');
    expect(await outcome('amtool', ['check-config', monitoringKit('alertmanager/alertmanager.yml')])).to.equal('');
  });

  it('routes what is high at once, and the rest once a day', async () => {
    const receiver = async (...labels: string[]): Promise<string> =>
      (await execa('amtool', ['config', 'routes', 'test', `--config.file=${monitoringKit('alertmanager/alertmanager.yml')}`, ...labels])).stdout.trim();
    expect(await receiver('alertname=CisRuleFailed', 'severity=high')).to.equal('compliance-now');
    expect(await receiver('alertname=CisRuleFailed', 'severity=low')).to.equal('compliance-daily');
    expect(await receiver('alertname=CisReportMissing', 'severity=high')).to.equal('compliance-now');
  });
});
