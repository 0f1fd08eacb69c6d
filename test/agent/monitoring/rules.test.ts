import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { parse } from 'yaml';
import { monitoringKit } from './kit.ts';

const rules = monitoringKit('prometheus/cis.rules.yml');
const tests = new URL('cis.rules.test.yml', import.meta.url).pathname;

/** What promtool is given, as far as a test here reads it. */
interface RuleTests {
  tests: { alert_rule_test?: { alertname: string; exp_alerts: unknown[] }[]; promql_expr_test?: { expr: string; exp_samples: unknown[] }[] }[];
}

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

  it('has a test of every rule: of an alert that it fires, of a record that it has a value', () => {
    const { groups } = parse(readFileSync(rules, 'utf8')) as { groups: { rules: { alert?: string; record?: string }[] }[] };
    const told = (parse(readFileSync(tests, 'utf8')) as RuleTests).tests.flatMap(({ alert_rule_test: alerts = [], promql_expr_test: queries = [] }) => [
      ...alerts.filter(({ exp_alerts: fired }) => fired.length > 0).map(({ alertname }) => alertname),
      ...queries.filter(({ exp_samples: samples }) => samples.length > 0).map(({ expr }) => expr),
    ]);
    expect(groups.flatMap((group) => group.rules.map(({ alert, record }) => alert ?? record ?? '')).filter((name) => !told.includes(name))).to.deep.equal([]);
  });

  it('has examples that Prometheus and the Alertmanager take', async () => {
    expect(await outcome('promtool', ['check', 'config', monitoringKit('prometheus/prometheus.yml')])).to.equal('');
    expect(await outcome('promtool', ['check', 'config', '--syntax-only', monitoringKit('prometheus/prometheus-tls.yml')])).to.equal('');
    expect(await outcome('amtool', ['check-config', monitoringKit('alertmanager/alertmanager.yml')])).to.equal('');
  });

  it('has examples that ask where the exporter listens', () => {
    const port = /^ListenStream=\S+:(\d+)$/m.exec(readFileSync(new URL('../../../provisioners/agent/units/cis-exporter.socket', import.meta.url), 'utf8'))?.[1] ?? '';
    for (const example of ['prometheus.yml', 'prometheus-tls.yml']) {
      const { scrape_configs: jobs } = parse(readFileSync(monitoringKit(`prometheus/${example}`), 'utf8')) as { scrape_configs: { static_configs: { targets: string[] }[] }[] };
      const asked = jobs.flatMap((job) => job.static_configs.flatMap(({ targets }) => targets));
      expect(asked.map((target) => target.split(':')[1]), example).to.deep.equal([port]);
    }
  });

  it('routes what is high at once, and the rest once a day', async () => {
    const receiver = async (...labels: string[]): Promise<string> =>
      (await execa('amtool', ['config', 'routes', 'test', `--config.file=${monitoringKit('alertmanager/alertmanager.yml')}`, ...labels])).stdout.trim();
    expect(await receiver('alertname=CisRuleFailed', 'severity=high')).to.equal('compliance-now');
    expect(await receiver('alertname=CisRuleFailed', 'severity=low')).to.equal('compliance-daily');
    expect(await receiver('alertname=CisReportMissing', 'severity=high')).to.equal('compliance-now');
  });
});
