import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { AssayReader } from '../../src/assay/index.ts';
import { embed, resultOf, smallBaseline } from './agent/embed.ts';
import { exchange, get } from './exporter/within.ts';
import { machineForAll, scapContent, scratch } from './factory/index.ts';

describe('cis-scanner in a machine', () => {
  const machine = machineForAll({ name: 'scan', packages: ['openscap-scanner', 'apparmor', 'iptables', 'nftables'] });
  const directory = scratch();
  /** As the machine sees it, whatever is mounted there. */
  const seen = 'root/seen';
  const look = (): Promise<string> => must(`rm -rf /${seen}; cp -a /var/lib/cupel /${seen}`);
  const must = async (command: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await machine().exec(command);
    expect(exitCode, `${command}\n${stdout}\n${stderr}`).to.equal(0);
    return stdout;
  };
  const metrics = (): Promise<string> => exchange(machine(), { send: [get('/metrics')] });
  /** Every selected rule with its result. */
  const verdicts = async (): Promise<string[]> => {
    await look();
    const reader = new AssayReader();
    reader.write(gunzipSync(readFileSync(path.join(machine().root, seen, 'arf.xml.gz'))));
    return reader.end().rules.filter(({ result }) => result !== 'notselected').map(({ rule, result }) => `${rule} ${result}`);
  };
  /** What the last scan left, by digest, once it was seen that each is whole. */
  const kept = async (): Promise<string> => {
    expect((await verdicts()).length).to.be.above(40);
    expect(() => { resultOf(machine(), seen); }).not.to.throw();
    expect(readFileSync(path.join(machine().root, seen, 'metrics.prom'), 'utf8')).to.match(/^# cupel metrics 3\n[^]*# cupel end\n$/);
    return must('cd /var/lib/cupel && sha256sum arf.xml.gz result.json metrics.prom remediation.sh');
  };
  const noProcess = async (): Promise<void> => {
    for (const deadline = Date.now() + 20_000; (await machine().exec('pgrep -x "oscap|cis-scanner|gzip|probe_.*"')).exitCode === 0;) {
      if (Date.now() > deadline) throw new Error(await must('ps -ef'));
      await delay(50);
    }
  };

  before(async () => {
    const said = await embed(machine().root, smallBaseline(directory()), ['--content', await scapContent()]);
    expect(said).to.match(/cis-scanner and cis-exporter for \w+, content debian12 0\.1\.\d+, baseline small/);
    await must('systemctl daemon-reload && systemctl start timers.target cis-exporter.socket');
  });

  it('is enabled once it is put into the root of a machine that does not know of it', async () => {
    expect(await must('systemctl is-enabled cis-scanner.timer cis-scanner-boot.timer cis-exporter.socket')).to.equal('enabled\nenabled\nenabled');
    expect((await machine().exec('cis-scanner status')).stdout).to.match(/^missing: /);
    expect(await metrics()).to.contain('cis_report_present 0\n');
  });

  it('leaves a report, a result, metrics and a script, and keeps the report for later', async () => {
    await must('systemctl start cis-scanner.service');
    expect(resultOf(machine()).scan).to.include({ success: true, failure: null });
    expect(await metrics()).to.contain('cis_report_present 1\n').and.to.contain('cis_report_readable 1\n').and.to.contain('cis_report_baseline_current 1\n');
    expect(await must('cd /var/lib/cupel; stat -c "%a %n" *')).to.equal('600 arf.xml.gz\n700 history\n600 lock\n644 metrics.prom\n700 remediation.sh\n600 result.json');
    expect(await must('stat -c %h /var/lib/cupel/history/*')).to.equal('2');
    expect(await must('bash -n /var/lib/cupel/remediation.sh; grep -c "^step " /var/lib/cupel/remediation.sh')).to.match(/^\d\d/);
    expect(await must('cat /var/lib/cupel/remediation.sh')).to.contain("step 'sshd_set_max_sessions (CIS 5.1.17): Set SSH MaxSessions limit'");
    expect((await machine().exec('cis-scanner scan --fail')).exitCode).to.equal(2);
    expect((await machine().exec('cis-scanner status')).exitCode).to.equal(2);
  });

  it('scans one at a time', async () => {
    await must('systemctl start --no-block cis-scanner.service; until pgrep -x oscap >/dev/null; do sleep 0.05; done');
    const second = await machine().exec('cis-scanner scan');
    expect(second.exitCode).to.equal(75);
    expect(second.stderr).to.contain('another scan or remediation is at work');
    expect((await machine().exec('cis-scanner remediate --yes')).exitCode).to.equal(75);
    await must('while systemctl is-active --quiet cis-scanner.service || [ "$(systemctl is-active cis-scanner.service)" = activating ]; do sleep 0.1; done');
    expect((await must('systemctl show -P Result cis-scanner.service')).trim()).to.equal('success');
  });

  it('loses nothing and leaves no process when it is killed', async () => {
    const before = await kept();
    for (const moment of ['sleep 0.05', 'until pgrep -x oscap >/dev/null; do sleep 0.02; done', 'until [ -s /var/lib/cupel/work/arf.xml ]; do sleep 0.02; done', 'until [ -e /var/lib/cupel/work/arf.xml.gz ]; do sleep 0.01; done']) {
      await machine().exec(`cis-scanner scan >/dev/null 2>&1 & scanner=$!; ${moment}; kill -9 $scanner; wait $scanner`);
      await noProcess();
      expect(await kept(), moment).to.equal(before);
      expect(await metrics(), moment).to.contain('cis_report_present 1\n').and.to.contain('cis_report_readable 1\n');
    }
    await must('cis-scanner scan');
    expect((await machine().exec('ls /var/lib/cupel/work')).exitCode).not.to.equal(0);
    expect(await kept()).not.to.equal(before);
  });

  it('leaves no process when systemd stops it', async () => {
    await must('systemctl start --no-block cis-scanner.service; until pgrep -x oscap >/dev/null; do sleep 0.05; done; systemctl stop cis-scanner.service');
    await noProcess();
    await kept();
  });

  describe('when the disk is full', () => {
    before(async () => { await must('cis-scanner scan >/dev/null; cp -a /var/lib/cupel /root/state; rm -r /root/state/history; mount -t tmpfs -o size=$(($(du -sk /root/state | cut -f1) + 200))k,mode=755 tmpfs /var/lib/cupel; cp -a /root/state/. /var/lib/cupel/'); });
    after(async () => { await must('umount /var/lib/cupel'); });

    it('says so, and keeps the last report', async () => {
      const before = await must('sha256sum </var/lib/cupel/arf.xml.gz');
      const failed = await machine().exec('cis-scanner scan');
      expect(failed.exitCode).to.equal(3);
      expect(failed.stderr).to.contain('[disk-full]');
      await kept();
      expect(await must('sha256sum </var/lib/cupel/arf.xml.gz')).to.equal(before);
      expect(resultOf(machine(), seen).scan).to.nested.include({ success: false, 'failure.code': 'disk-full' });
      expect(await metrics()).to.contain('cis_scan_success 0\n').and.to.contain('cis_scan_failure_info{code="disk-full"} 1\n').and.to.contain('cis_report_present 1\n').and.to.contain('cis_pass_ratio');
    });

    it('loses nothing either where there is no room to say so', async () => {
      await machine().exec('dd if=/dev/zero of=/var/lib/cupel/ballast bs=4k 2>/dev/null');
      const before = await kept();
      expect((await machine().exec('cis-scanner scan')).exitCode).to.equal(3);
      expect(await kept()).to.equal(before);
      expect(await metrics()).to.contain('cis_report_present 1\n');
      await must('rm /var/lib/cupel/ballast; mount -o remount,size=64m /var/lib/cupel; cis-scanner scan');
      await look();
      expect(resultOf(machine(), seen).scan.success).to.equal(true);
    });
  });

  it('needs no room for lists of packages', async () => {
    const passed = await must('cis-scanner scan >/dev/null; cis-scanner status --json; true');
    await must('mount -t tmpfs -o size=4k tmpfs /var/cache/apt; dd if=/dev/zero of=/var/cache/apt/ballast bs=4k 2>/dev/null; cis-scanner scan');
    const full = await must('cis-scanner status --json; umount /var/cache/apt');
    const counts = (status: string): unknown => (JSON.parse(status) as { result: { report: { verdict: { counts: unknown } } } }).result.report.verdict.counts;
    expect(counts(full)).to.deep.equal(counts(passed)).and.to.be.an('object');
  });

  it('does not believe an oscap to which apt tells nothing', async () => {
    const before = await must('sha256sum </var/lib/cupel/arf.xml.gz');
    const failed = await machine().exec('echo broken >/etc/apt/apt.conf.d/99broken; cis-scanner scan; code=$?; rm /etc/apt/apt.conf.d/99broken; exit $code');
    expect(failed.exitCode, failed.stderr).to.equal(3);
    expect(failed.stderr).to.contain('[oscap-blind]').and.to.contain('apt-get check');
    expect(await must('sha256sum </var/lib/cupel/arf.xml.gz')).to.equal(before);
    expect(await metrics()).to.contain('cis_scan_failure_info{code="oscap-blind"} 1\n');
  });

  it('does not believe a database of packages that has forgotten some', async () => {
    const blind = async (unknown: string, damage: string, repair: string): Promise<void> => {
      const { exitCode, stderr } = await machine().exec(`${damage}; cis-scanner scan; code=$?; ${repair}; exit $code`);
      expect(exitCode, `${damage}: ${stderr}`).to.equal(3);
      expect(stderr).to.contain(`the database of packages is damaged: it does not know ${unknown}`).and.to.contain('[oscap-blind]');
    };
    await must('cp -a /var/lib/dpkg/status /root/status');
    await blind('adduser ', ': >/var/lib/dpkg/status', 'cp -a /root/status /var/lib/dpkg/');
    await blind('openssh-server [oscap-blind]', "sed '/^Package: openssh-server$/,/^$/d' /root/status >/var/lib/dpkg/status", 'cp -a /root/status /var/lib/dpkg/');
    await blind('adduser ', 'rm /var/lib/dpkg/status', 'cp -a /root/status /var/lib/dpkg/');
    // As a machine with rpm in place of dpkg.
    const rpm = (answer: string): string => `mv /var/lib/dpkg/info /root/info; printf '#!/bin/sh\n[ "$*" = "--query --file /usr/bin/rpm" ] && ${answer}\n' >/usr/bin/rpm; chmod 0755 /usr/bin/rpm`;
    const dpkg = 'rm /usr/bin/rpm; mv /root/info /var/lib/dpkg/info';
    await blind('rpm [oscap-blind]', rpm('exit 1'), dpkg);
    await must(`${rpm('echo rpm')}; cis-scanner scan; ${dpkg}`);
    await must('cis-scanner scan');
  });

  it('outlives an oscap that the kernel killed for its memory, and says so', async () => {
    // Where control groups are the host's, as in this machine, systemd limits no memory: oscap is killed as the kernel would.
    expect(await must('systemctl show -P OOMPolicy cis-scanner.service cis-remediate.service')).to.equal('continue\n\ncontinue');
    await must(String.raw`printf '#!/bin/sh\n[ "$1" != --version ] || exec /usr/bin/oscap --version\nkill -KILL $$\n' >/usr/local/bin/oscap; chmod 0755 /usr/local/bin/oscap`);
    expect((await machine().exec('systemctl start cis-scanner.service')).exitCode).not.to.equal(0);
    await kept();
    expect(resultOf(machine(), seen).scan).to.nested.include({ success: false, 'failure.code': 'oscap-failed' });
    expect(await metrics()).to.contain('cis_scan_failure_info{code="oscap-failed"} 1\n').and.to.contain('cis_report_present 1\n');
    await must('rm /usr/local/bin/oscap; systemctl start cis-scanner.service');
    expect(await metrics()).to.contain('cis_scan_success 1\n');
  });

  it('is stale, and says so, for a clock that was set', async () => {
    const at = async (shift: string): Promise<string> => must(`cd /var/lib/cupel && finished=$(date -u -d '${shift}' +%Y-%m-%dT%H:%M:%S.000Z) && sed -i "s/\\"finished\\": \\".*\\"/\\"finished\\": \\"$finished\\"/" result.json && cis-scanner status; true`);
    expect(await at('2 hours')).to.match(/^stale: .* yet to come: the clock was set/);
    expect(await at('-3 days')).to.match(/^stale: .* more than 36 h ago/);
    await must('sed -i "s/^# cupel scanned .*/# cupel scanned 9999999999/" /var/lib/cupel/metrics.prom');
    expect(await metrics()).to.contain('cis_report_stale 1\n');
    await must('cis-scanner scan');
    expect(await metrics()).to.contain('cis_report_stale 0\n');
  });

  it('reports a broken lock, content or ignore list as what it is', async () => {
    await must('echo "rule_without_anything" >/etc/cupel/ignore.d/wrong.txt; cis-scanner scan');
    expect(await metrics()).to.contain('cis_ignore_list_warnings 1\n');
    await must('rm /etc/cupel/ignore.d/wrong.txt; cp -a /usr/share/cupel/content/tailoring.xml /root/; echo >>/usr/share/cupel/content/tailoring.xml');
    const changed = await machine().exec('cis-scanner scan');
    expect(changed.exitCode).to.equal(3);
    expect(changed.stderr).to.contain('[content-changed]');
    expect((await machine().exec('cis-scanner status')).exitCode).to.equal(3);
    expect(await metrics()).to.contain('cis_scan_failure_info{code="content-changed"} 1\n').and.to.contain('cis_pass_ratio');
    await must('cp -a /root/tailoring.xml /usr/share/cupel/content/; cis-scanner scan');
  });

  it('has a sandbox that systemd rates at most 5.5', async () => {
    const rated = await must('systemd-analyze security --offline=yes /usr/lib/systemd/system/cis-scanner.service');
    expect(Number(/exposure level for \S+: ([\d.]+)/.exec(rated)?.[1])).to.be.at.most(5.5);
  });

  it('says of every rule in its sandbox what it says without', async () => {
    await embed(machine().root, 'debian12-cis-l2-server');
    // Something that only those see who may.
    await must("nft add table inet filter; for hook in input forward output; do nft add chain inet filter $hook \"{ type filter hook $hook priority 0; }\"; done");
    // Where control groups are the host's, systemd refuses no address: nothing but the machine itself answers instead.
    await machine().cutNetwork('stall');
    await must('systemctl start cis-scanner.service');
    await machine().restoreNetwork();
    const sandboxed = await verdicts();
    await must('cis-scanner scan');
    expect(sandboxed).to.deep.equal(await verdicts());
    expect(sandboxed).to.include('set_nftables_base_chain pass');
    // As a hardened machine has it: what oscap unpacks cannot be run there.
    await must('mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs /tmp');
    await must('systemctl start cis-scanner.service');
    const hardened = await verdicts();
    await must('cis-scanner scan');
    expect(hardened).to.deep.equal(await verdicts());
    expect(hardened).to.include('partition_for_tmp pass').and.to.include('mount_option_tmp_noexec pass');
    expect(hardened.length).to.be.above(300);
    expect(hardened.filter((line) => / (?:error|unknown)$/.test(line))).to.deep.equal([]);
    await must('umount /tmp');
  });
});
