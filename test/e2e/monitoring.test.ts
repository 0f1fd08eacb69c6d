import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { monitoringKit } from '../agent/monitoring/kit.ts';
import { type Prometheus, startPrometheus } from '../agent/monitoring/prometheus.ts';
import { startAlertmanager, type Told } from './exporter/alertmanager.ts';
import { bridgeTo } from './exporter/bridge.ts';
import { builds, machineForAll, quickBaseline, scapContent, scratch } from './factory/index.ts';

const sshd = 'sshd_set_max_sessions';
const crontab = 'file_permissions_crontab';
const patience = 120_000;

/** The shipped rules, without the waiting. */
function hurriedRules(file: string): void {
  const { groups } = parse(readFileSync(monitoringKit('prometheus/cis.rules.yml'), 'utf8')) as { groups: { rules: { for?: string }[] }[] };
  for (const { rules } of groups) for (const rule of rules) if (rule.for !== undefined) rule.for = '1s';
  writeFileSync(file, stringify({ groups }));
}

/** The life of one machine, told once from its build on; each step stands on the one before. */
describe('a machine after launch', () => {
  const machine = machineForAll();
  const build = builds();
  const directory = scratch();
  const stops: (() => Promise<void>)[] = [];
  let prometheus: Prometheus;
  let told: readonly Told[] = [];

  const must = async (command: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await machine().exec(command);
    expect(exitCode, `${command}\n${stdout}\n${stderr}`).to.equal(0);
    return stdout;
  };
  /** As it would be launched: after the build's last act. */
  const reboot = async (): Promise<void> => {
    // A boot of a machine here has a network of its own. Its boot id is a mount, which goes early when it shuts down.
    const bootId = async (): Promise<string> => {
      const seen = await machine().exec('systemctl is-active --quiet cis-exporter.socket && systemctl is-active --quiet cis-scanner-boot.timer && readlink /proc/1/ns/net').catch(() => undefined);
      return seen?.exitCode === 0 ? seen.stdout : '';
    };
    const before = await bootId();
    expect(before).not.to.equal('');
    await machine().exec('systemctl reboot');
    const deadline = Date.now() + patience;
    for (;;) {
      const now = await bootId();
      if (now !== '' && now !== before) return;
      if (Date.now() > deadline) throw new Error(`it did not come back:\n${machine().console}`);
      await delay(200);
    }
  };
  const scan = (): Promise<string> => must('systemctl start cis-scanner.service || { journalctl --no-pager -u cis-scanner.service -n 20; exit 1; }');
  /** What starts when; `next` in microseconds since 1970. */
  const timer = async (unit: string): Promise<{ next: number; activates: string }> =>
    (JSON.parse(await must(`systemctl list-timers --all --output=json ${unit}`)) as [{ next: number; activates: string }])[0];
  const firing = async (): Promise<string[]> => (await prometheus.query('ALERTS{alertstate="firing"}')).map(({ metric }) => [metric['alertname'], metric['rule'], metric['severity']].filter((word) => word !== undefined).join(' ')).sort();
  const value = async (expression: string): Promise<string | undefined> => (await prometheus.query(expression))[0]?.value[1];
  const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
    for (const deadline = Date.now() + patience; !await holds();) {
      if (Date.now() > deadline) throw new Error(`never: ${what}; firing: ${(await firing()).join(', ')}; scraped: ${await prometheus.scraped()}; told: ${JSON.stringify(told)}`);
      await delay(200);
    }
  };
  const untilFiring = (...alerts: string[]): Promise<void> => until(`firing ${alerts.join(', ')}`, async () => (await firing()).join() === alerts.sort().join());
  /** Something of the machine that only a scrape after now can show. */
  const untilScraped = async (): Promise<void> => {
    const now = Date.now() / 1000;
    await until('a scrape', async () => Number(await value('timestamp(cis_report_present)')) > now);
  };

  before(async function () {
    this.timeout(10 * 60_000);
    const built = await build.provision(machine(), { baseline: quickBaseline(directory(), { required: [sshd] }), content: await scapContent() });
    expect(await built.ended, built.output).to.equal(0);
    await reboot();
    // As cloud-init does at the first boot: the build leaves no keys of the host.
    await must('ssh-keygen -q -A; for attempt in $(seq 20); do systemctl reset-failed ssh; systemctl restart ssh && exit 0; sleep 0.5; done; exit 1');
    hurriedRules(path.join(directory(), 'cis.rules.yml'));
    const bridge = await bridgeTo(machine(), 9779);
    stops.push(bridge.stop);
    const alertmanager = await startAlertmanager();
    stops.push(alertmanager.stop);
    told = alertmanager.told;
    prometheus = await startPrometheus({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [path.join(directory(), 'cis.rules.yml')],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager.address] }] }] },
      scrape_configs: [{ job_name: 'cis', static_configs: [{ targets: [bridge.address], labels: { host: 'web' } }] }],
    });
    stops.push(() => prometheus.stop());
  });
  after(async () => { for (const stop of stops.reverse()) await stop(); });

  it('will be scanned within half an hour of its boot, and daily', async () => {
    const booted = Number(await must('date -d "$(systemctl show -P UserspaceTimestamp)" +%s'));
    const { next, activates } = await timer('cis-scanner-boot.timer');
    expect(activates).to.equal('cis-scanner.service');
    expect(((next / 1e6) - booted) / 60).to.be.within(10, 30);
    const daily = await timer('cis-scanner.timer');
    expect(daily.activates).to.equal('cis-scanner.service');
    expect((daily.next / 1e6) - booted).to.be.below(30 * 3600);
  });

  it('would be restored at the same times where its operator wants that', async () => {
    await must('install -D -m 0644 /usr/lib/cupel/drop-ins/remediate.conf /etc/systemd/system/cis-.timer.d/remediate.conf; systemctl daemon-reload');
    for (const unit of ['cis-scanner.timer', 'cis-scanner-boot.timer']) expect((await timer(unit)).activates, unit).to.equal('cis-remediate.service');
    await must('rm -r /etc/systemd/system/cis-.timer.d; systemctl daemon-reload');
    expect((await timer('cis-scanner-boot.timer')).activates).to.equal('cis-scanner.service');
  });

  it('is missed while it was never scanned', async () => {
    await untilFiring('CisReportMissing high');
  });

  it('calls nobody once its timer has scanned it and its operator has ignored what the site cannot meet', async () => {
    const { failing } = JSON.parse(readFileSync(path.join(machine().root, 'usr/share/cupel/build/verdict.json'), 'utf8')) as { failing: { rule: string }[] };
    const lines = failing.map(({ rule }) => `${rule}   # not on a system container; owner=lab; expires=2099-01-01\n`);
    mkdirSync(path.join(machine().root, 'etc/cupel/ignore.d'), { recursive: true });
    writeFileSync(path.join(machine().root, 'etc/cupel/ignore.d/site.txt'), lines.join(''));
    // Its ten minutes are over.
    await must('mkdir /etc/systemd/system/cis-scanner-boot.timer.d; printf "[Timer]\\nOnBootSec=1s\\nRandomizedDelaySec=0\\nAccuracySec=100ms\\n" >/etc/systemd/system/cis-scanner-boot.timer.d/test.conf; systemctl daemon-reload && systemctl restart cis-scanner-boot.timer');
    await until('a report', async () => await value('cis_scan_success') === '1');
    await must('systemctl stop cis-scanner.timer cis-scanner-boot.timer');
    await untilFiring();
    expect(await value('cis_baseline_met')).to.equal('1');
    expect(await value('cis_drift_rules')).to.equal('0');
    expect(Number(await value('count({__name__=~"cis_.*",__name__!~"cis:.*"})'))).to.be.at.most(60);
    expect(await value('cis_build_info{image="lab-image",baseline="quick"}')).to.equal('1');
  });

  it('has an alert with rule and severity after somebody changed sshd', async () => {
    await must('sed -i "s/^MaxSessions.*/MaxSessions 100/I" /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf; grep -riq "^MaxSessions 100" /etc/ssh || echo "MaxSessions 100" >>/etc/ssh/sshd_config');
    await scan();
    await untilFiring(`CisRuleFailed ${sshd} medium`, 'CisDrift medium', 'CisBaselineMissed high');
    await until('somebody is told', () => told.some(({ status, labels }) => status === 'firing' && labels['rule'] === sshd && labels['severity'] === 'medium'));
    expect(await value(`cis_rule_drifted{rule="${sshd}"}`)).to.equal('1');
  });

  it('is well again after cis-scanner remediate, and somebody is told so', async () => {
    await must(`/usr/lib/cupel/cis-scanner remediate --rule ${sshd} --yes`);
    await untilFiring();
    await until('somebody is told', () => told.some(({ status, labels }) => status === 'resolved' && labels['rule'] === sshd));
  });

  it('calls nobody for an ignored rule that is broken, but shows it', async () => {
    await must(`echo "${crontab}   # cron is watched by others; owner=lab; expires=2099-01-01" >>/etc/cupel/ignore.d/site.txt; chmod 0644 /etc/crontab`);
    await scan();
    await until('the ignored rule', async () => await value(`cis_rule_ignored{rule="${crontab}",would_fail="true"}`) === '1');
    await untilScraped();
    expect(await firing()).to.deep.equal([]);
    expect(told.filter(({ labels }) => labels['rule'] === crontab)).to.deep.equal([]);
  });

  it('is missed when its report is deleted, and well again after the next scan', async () => {
    await must('rm /var/lib/cupel/arf.xml.gz /var/lib/cupel/metrics.prom');
    await untilFiring('CisReportMissing high');
    await until('somebody is told', () => told.some(({ status, receiver, labels }) => status === 'firing' && receiver === 'compliance-now' && labels['alertname'] === 'CisReportMissing'));
    await scan();
    await untilFiring();
  });

  it('says that a report was damaged, and goes on answering', async () => {
    await must('dd if=/dev/zero of=/var/lib/cupel/arf.xml.gz bs=1 count=64 conv=notrunc status=none');
    await untilFiring('CisReportUnreadable high');
    await scan();
    await untilFiring();
  });

  it('says that oscap wrote a broken report, keeps what was known, and goes on answering', async () => {
    await must(`cat >/usr/local/bin/oscap <<'OSCAP'
#!/bin/sh
/usr/bin/oscap "$@"
status=$?
for argument do
  case $before in --results-arf) truncate -s -1000 "$argument" ;; esac
  before=$argument
done
exit $status
OSCAP
chmod 0755 /usr/local/bin/oscap`);
    await machine().exec('PATH=/usr/local/bin:$PATH /usr/lib/cupel/cis-scanner scan');
    await until('the failed scan', async () => await value('cis_scan_success') === '0');
    expect(await value('cis_scan_failure_info{code=~"(arf|xml)-.*"}')).to.equal('1');
    await until('the alert', async () => (await firing()).includes('CisScanFailed high'));
    expect(await value('up{job="cis"}')).to.equal('1');
    expect(Number(await value('cis_pass_ratio'))).to.be.above(0);
    await must('rm /usr/local/bin/oscap');
    await scan();
    await untilFiring();
  });

  it('is missed when nobody answers any more', async () => {
    await must('systemctl stop cis-exporter.socket');
    await untilFiring('CisExporterDown medium');
    await must('systemctl start cis-exporter.socket');
    await untilFiring();
  });
});
