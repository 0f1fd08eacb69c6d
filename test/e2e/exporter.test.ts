import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { execa } from 'execa';
import { parse } from 'yaml';
import { checkMetrics, readOpenMetrics } from '../agent/metrics/promtool.ts';
import { scanned } from '../agent/metrics/samples.ts';
import { monitoringKit } from '../agent/monitoring/kit.ts';
import { startPrometheus } from '../agent/monitoring/prometheus.ts';
import { bridgeTo } from './exporter/bridge.ts';
import { exchange, get, statusOf, within } from './exporter/within.ts';
import { installAgent, leaveReport } from './exporter/install.ts';
import { machineForAll } from './factory/index.ts';

const FLOOD = path.join(import.meta.dirname, 'exporter/flood.js');

interface Flood {
  statuses: Record<string, number>;
  closed: number;
  failed: number;
}

describe('cis-exporter under systemd', () => {
  const machine = machineForAll({ name: 'exporter', packages: ['stunnel4'] });
  const bodyOf = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4);
  const metrics = async (from?: string): Promise<string> => bodyOf(await exchange(machine(), { send: [get('/metrics')], ...(from === undefined ? {} : { from }) }));
  const must = async (command: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await machine().exec(command);
    expect(exitCode, `${command}\n${stderr}`).to.equal(0);
    return stdout;
  };
  const reconfigure = async (text: string | undefined): Promise<void> => {
    const file = path.join(machine().root, 'etc/cupel/exporter.conf');
    if (text === undefined) rmSync(file, { force: true });
    else writeFileSync(file, text);
    await must('systemctl daemon-reload && systemctl restart cis-exporter.socket');
  };
  const listening = async (): Promise<string[]> => (await must("ss --listening --tcp --numeric --no-header | awk '{ print $4 }'")).split('\n').filter((address) => address.includes(':97')).sort();
  const flood = (count: number, hold: number, from: string) => {
    const [file, args] = within(machine(), ['node', FLOOD, String(count), String(hold), from]);
    return execa(file, args, { stderr: 'inherit' });
  };
  const outcomeOf = ({ stdout }: { stdout: string }): Flood => JSON.parse(stdout.split('\n').at(-1) ?? '') as Flood;
  /** Waits until the exporter answers somebody. */
  const untilAnswered = async (from: string): Promise<void> => {
    for (const deadline = Date.now() + 20_000; ;) {
      if ((await metrics(from)).includes('cis_report_present 1\n')) return;
      if (Date.now() > deadline) throw new Error(`no answer for ${from}`);
    }
  };

  const places = 'find /usr/lib/cupel/exporter -printf "%M %P\\n" | sort';
  let installed = '';

  before(async () => {
    await installAgent(machine());
    installed = await must(places);
    leaveReport(machine(), scanned());
  });

  it('answers with the metrics, in both formats, on loopback alone', async () => {
    expect(await listening()).to.deep.equal(['127.0.0.1:9779']);
    const text = await metrics();
    expect(text).to.contain('cis_report_present 1\n').and.to.contain('cis_report_readable 1\n').and.to.contain('cis_report_baseline_current 1\n');
    expect(text).to.contain('cis_rule_failed{rule="sshd_set_max_sessions",severity="medium",cis="5.1.18"} 1\n');
    expect(await checkMetrics(text)).to.equal('');
    const open = bodyOf(await exchange(machine(), { send: [get('/metrics', 'Accept: application/openmetrics-text; version=1.0.0')] }));
    expect((await readOpenMetrics(open)).samples).to.be.above(40);
  });

  it('has units that systemd verifies, and a sandbox that it rates at most 1.5', async () => {
    const units = 'cis-exporter.socket cis-exporter@.service cis-scanner.timer cis-scanner-boot.timer cis-scanner.service cis-remediate.service';
    expect((await machine().exec(`cd /usr/lib/systemd/system && systemd-analyze verify --man=no ${units} 2>&1`)).stdout).to.equal('');
    const rated = await must('systemd-analyze security --offline=yes /usr/lib/systemd/system/cis-exporter@.service');
    expect(Number(/exposure level for \S+: ([\d.]+)/.exec(rated)?.[1])).to.be.at.most(1.5);
  });

  it('sees of the machine its program, the configuration and the reports, and can do nothing to it', async () => {
    const waiting = exchange(machine(), { send: ['GET / HT'] });
    const looked = await must(`until pid=$(pgrep -x cis-exporter) && grep -q '^Seccomp:.*2' /proc/$pid/status; do sleep 0.05; done
      stat -c 'uid %u' /proc/$pid; grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/$pid/status
      cd /proc/$pid/root && find . ! -type d ! -path './dev/*' && find dev -type b; awk '$5 ~ "^/(|etc/cupel|var/lib/cupel)$" { print $5, substr($6, 1, 2) }' /proc/$pid/mountinfo`);
    expect(statusOf(await waiting)).to.equal(408);
    const lines = looked.trim().split('\n').sort();
    const files = (await must('find /etc/cupel /var/lib/cupel -type f')).trim().split('\n').map((file) => `.${file}`);
    expect(lines).to.include.members(['./cis-exporter', ...files]);
    const [uid = ''] = lines.filter((line) => line.startsWith('uid '));
    expect(uid).to.match(/^uid 6\d{4}$/);
    expect(lines.filter((line) => ![uid, './cis-exporter', ...files].includes(line))).to.deep.equal([
      '/ ro', '/etc/cupel ro', '/var/lib/cupel ro', 'CapBnd:\t0000000000000000', 'CapEff:\t0000000000000000', 'NoNewPrivs:\t1',
    ]);
    // Every place that systemd needs there came with the image.
    expect(await must(places)).to.equal(installed);
  });

  it('leaves no process behind, and no line in the journal', async () => {
    const cursor = (await must('journalctl --sync; journalctl --show-cursor -n 0')).replace(/^[^]*-- cursor: /, '').trim();
    for (let scrape = 0; scrape < 5; scrape++) expect(await metrics()).to.contain('cis_pass_ratio');
    await must('while pgrep -x cis-exporter; do sleep 0.1; done; journalctl --sync');
    expect(await must(`journalctl --after-cursor='${cursor}' --output=cat --unit='cis-exporter*'`)).not.to.match(/metrics|client/i);
    expect(await must('systemctl list-units --all --no-legend "cis-exporter@*"')).to.equal('');
  });

  it('answers with a metric when the report is gone, half, unreadable, or the baseline was edited', async () => {
    await must('mv /var/lib/cupel/arf.xml.gz /root/');
    expect(await metrics()).to.contain('cis_report_present 0\n').and.to.contain('cis_rule_failed');
    await must('mv /root/arf.xml.gz /var/lib/cupel/; printf x >>/var/lib/cupel/arf.xml.gz');
    expect(await metrics()).to.contain('cis_report_present 1\n').and.to.contain('cis_report_readable 0\n');
    leaveReport(machine(), scanned());
    await must('echo "# edited" >>/etc/cupel/baseline.lock.yaml');
    expect(await metrics()).to.contain('cis_report_readable 1\n').and.to.contain('cis_report_baseline_current 0\n');
    await must('printf "\\0\\0\\0\\0" | dd of=/var/lib/cupel/metrics.prom bs=1 seek=500 conv=notrunc status=none');
    expect(await metrics()).to.contain('cis_report_present 1\n').and.to.contain('cis_report_readable 0\n');
    await must('truncate -s 1000 /var/lib/cupel/metrics.prom');
    expect(await metrics()).to.contain('cis_report_present 1\n').and.to.contain('cis_report_readable 0\n');
    await must('chmod 0600 /var/lib/cupel/metrics.prom');
    expect(await metrics()).to.contain('cis_report_present 1\n').and.to.contain('cis_report_readable 0\n');
    await must('rm -r /var/lib/cupel');
    expect(await metrics()).to.contain('cis_report_present 0\n').and.not.to.contain('cis_rule_failed');
    leaveReport(machine(), scanned());
  });

  it('hands out a large file whole, whatever it is written in, and takes one that is too large for unreadable', async () => {
    const file = path.join(machine().root, 'var/lib/cupel/metrics.prom');
    const left = readFileSync(file, 'utf8');
    const filled = (lines: number): string => left.replace(/# cupel end\n$/, `${Array.from({ length: lines }, (_, line) => `cis_rule_result{rule="правило_${line}"} 1\n`).join('')}# cupel end\n`);
    try {
      writeFileSync(file, filled(20_000));
      const text = Buffer.from(await metrics(), 'latin1').toString();
      expect(text).to.contain('cis_rule_result{rule="правило_19999"} 1\n').and.to.contain('cis_report_readable 1\n');
      writeFileSync(file, filled(30_000));
      expect(await metrics()).to.contain('cis_report_present 1\n').and.to.contain('cis_report_readable 0\n').and.not.to.contain('cis_pass_ratio');
    } finally {
      writeFileSync(file, left);
    }
  });

  it('answers bad requests with the right status, and goes on', async () => {
    const cases: [number | undefined, string, boolean?][] = [
      [400, 'nonsense\r\n\r\n'], [400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'], [400, 'GET / HTTP/1.1\r\n\r\n'], [400, 'GET /metr', true],
      [404, get('/none')], [405, get('/metrics').replace('GET', 'POST')], [413, get('/', 'Content-Length: 9')], [414, `GET /${'a'.repeat(100_000)}`],
      [431, get('/', `Cookie: ${'a'.repeat(60_000)}`)], [505, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], [undefined, '', true],
    ];
    for (const [status, request, halfClose = false] of cases) {
      expect(statusOf(await exchange(machine(), { send: [request], halfClose })), JSON.stringify(request.slice(0, 40))).to.equal(status);
    }
    expect(statusOf(await exchange(machine(), { send: ['GET / HT'] }))).to.equal(408);
    expect(await exchange(machine(), { send: [get('/metrics').replace('GET', 'HEAD')] })).to.match(/\r\n\r\n$/);
    await untilAnswered('127.0.0.1');
  });

  it('serves others while one address holds all the connections it can get', async () => {
    const attack = flood(200, 6000, '127.0.0.2');
    await new Promise((resolve) => attack.stdout.once('data', resolve));
    await delay(1000);
    await untilAnswered('127.0.0.1');
    const { statuses, failed } = outcomeOf(await attack);
    expect(failed).to.equal(0);
    // Those that got in were told that they took too long.
    expect(Object.keys(statuses)).to.deep.equal(['408']);
    await untilAnswered('127.0.0.2');
  });

  it('survives a thousand connections at once, and answers again', async () => {
    const { statuses, closed, failed } = outcomeOf(await flood(1000, 0, '127.0.0.3'));
    expect((statuses['200'] ?? 0) + closed + failed).to.equal(1000);
    expect(statuses['200']).to.be.above(0);
    await untilAnswered('127.0.0.3');
    expect((await must('systemctl is-active cis-exporter.socket')).trim()).to.equal('active');
    await must('while pgrep -x cis-exporter; do sleep 0.1; done');
    expect(await must('systemctl list-units --all --no-legend --state=failed')).to.equal('');
  });

  it('listens where exporter.conf says, and answers whom it allows', async () => {
    await reconfigure('listen = 0.0.0.0:9790 [::1]:9779\nallow = 127.0.0.5 10.0.2.0/24\n');
    try {
      expect(await listening()).to.deep.equal(['0.0.0.0:9790', '[::1]:9779']);
      const status = async (from: string, to: string): Promise<number | undefined> => statusOf(await exchange(machine(), { send: [get('/metrics')], from, to, port: 9790 }));
      expect(await status('127.0.0.5', '127.0.0.1')).to.equal(200);
      expect(await status('10.0.2.15', '10.0.2.15')).to.equal(200);
      // Where systemd filters, there is no answer at all.
      expect(await status('127.0.0.6', '127.0.0.1')).to.be.oneOf([403, undefined]);
    } finally {
      await reconfigure(undefined);
    }
  });

  it('opens nothing for an exporter.conf that is wrong, and says so', async () => {
    await reconfigure('listen = 0.0.0.0:9779\nallow = everyone\n');
    try {
      expect(await listening()).to.deep.equal(['127.0.0.1:9779']);
      expect(await metrics()).to.contain('cis_exporter_configured 0\n');
      expect(await must("journalctl --sync; journalctl --output=cat --priority=err --unit='cis-exporter@*'")).to.contain(
        'cis-exporter: /etc/cupel/exporter.conf:2: "everyone" is neither an address nor a network such as 192.0.2.0/24 [exporter-conf-invalid]; docs/exporter.md');
      const generator = await machine().exec('/usr/lib/systemd/system-generators/cis-exporter-generator /run/x');
      expect(generator).to.include({ exitCode: 78 });
      expect((await machine().exec('test -e /run/x')).exitCode).not.to.equal(0);
    } finally {
      await reconfigure(undefined);
    }
  });

  it('takes an exporter.conf that is no text for one that is wrong', async () => {
    const file = path.join(machine().root, 'etc/cupel/exporter.conf');
    for (const spoil of [() => { mkdirSync(file); }, () => { writeFileSync(file, 'listen = \xff', 'latin1'); }]) {
      rmSync(file, { recursive: true, force: true });
      spoil();
      const { exitCode, stderr } = await machine().exec('/usr/lib/cupel/cis-exporter generator /run/x');
      expect(exitCode).to.equal(78);
      expect(stderr).to.match(/^<3>cis-exporter: \/etc\/cupel\/exporter\.conf: cannot read \(E(?:ISDIR|ILSEQ)\) \[exporter-conf-unreadable\]; it is a text file in UTF-8/);
      expect(await metrics()).to.contain('cis_exporter_configured 0\n');
    }
    rmSync(file, { recursive: true });
  });

  describe('behind stunnel', () => {
    const tls = (...parts: string[]): string => path.join(machine().root, 'etc/cupel/tls', ...parts);
    const curl = async (...options: string[]): Promise<{ exitCode: number | undefined; stdout: string }> => {
      const [file, args] = within(machine(), ['curl', '--silent', '--max-time', '20', '--cacert', tls('ca.pem'), ...options, 'https://localhost:9779/metrics']);
      const { exitCode, stdout } = await execa(file, args, { reject: false });
      return { exitCode, stdout };
    };
    const certificate = async (name: string, issuer: string | undefined, extension: string): Promise<void> => {
      await execa('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-addext', extension,
        '-keyout', tls(`${name}.key`), '-out', tls(`${name}.pem`), ...(issuer === undefined ? [] : ['-CA', tls(`${issuer}.pem`), '-CAkey', tls(`${issuer}.key`)])]);
    };

    before(async () => {
      mkdirSync(tls(), { recursive: true, mode: 0o700 });
      for (const name of ['ca', 'other-ca']) await certificate(name, undefined, 'basicConstraints=critical,CA:TRUE');
      await certificate('server', 'ca', 'subjectAltName=DNS:localhost');
      await certificate('prometheus', 'ca', 'extendedKeyUsage=clientAuth');
      await certificate('stranger', 'other-ca', 'extendedKeyUsage=clientAuth');
      cpSync(tls('ca.pem'), tls('clients-ca.pem'));
      await must('install -D -m 0644 /usr/lib/cupel/drop-ins/tls.conf /etc/systemd/system/cis-exporter@.service.d/tls.conf && systemctl daemon-reload');
    });

    it('answers a client with a certificate of the right CA', async () => {
      const { exitCode, stdout } = await curl('--cert', tls('prometheus.pem'), '--key', tls('prometheus.key'));
      expect(exitCode).to.equal(0);
      expect(stdout).to.contain('cis_report_present 1\n');
    });

    it('answers nobody else', async () => {
      for (const options of [[], ['--cert', tls('stranger.pem'), '--key', tls('stranger.key')]]) {
        const { exitCode, stdout } = await curl(...options);
        expect(exitCode).not.to.equal(0);
        expect(stdout).to.equal('');
      }
      expect(statusOf(await exchange(machine(), { send: [get('/metrics')] }))).to.equal(undefined);
    });

    it('is scraped by Prometheus as it is shipped', async () => {
      const { scrape_configs: [job] } = parse(readFileSync(monitoringKit('prometheus/prometheus-tls.yml'), 'utf8')) as { scrape_configs: [{ tls_config: object; static_configs: [{ targets: string[] }] }] };
      expect(job.static_configs[0].targets[0]).to.match(/:9779$/);
      const bridge = await bridgeTo(machine(), 9779);
      const prometheus = await startPrometheus({
        global: { scrape_interval: '1s' },
        scrape_configs: [{
          ...job, static_configs: [{ targets: [bridge.address.replace('127.0.0.1', 'localhost')] }],
          tls_config: { ...job.tls_config, ca_file: tls('ca.pem'), cert_file: tls('prometheus.pem'), key_file: tls('prometheus.key') },
        }],
      });
      try {
        for (const deadline = Date.now() + 30_000; (await prometheus.query('cis_report_present == 1 and on(instance) up == 1')).length === 0;) {
          if (Date.now() > deadline) throw new Error(`never scraped: ${await prometheus.scraped()}`);
          await delay(200);
        }
      } finally {
        await prometheus.stop();
        await bridge.stop();
      }
    });

    it('still looks at the address', async () => {
      await reconfigure('allow = 127.0.0.5\n');
      const asked = ['--cert', tls('prometheus.pem'), '--key', tls('prometheus.key'), '--fail'];
      expect((await curl(...asked, '--interface', '127.0.0.5')).exitCode).to.equal(0);
      expect((await curl(...asked, '--interface', '127.0.0.6')).exitCode).not.to.equal(0);
      await reconfigure(undefined);
    });
  });
});
