import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { embed, ignoreFailing, resultOf, smallBaseline } from './agent/embed.ts';
import { machineForAll, scapContent, scratch } from './factory/index.ts';
import type { ExecResult } from './lab/index.ts';

const sshd = 'sshd_set_max_sessions';
const crontab = 'file_permissions_crontab';
const allow = 'file_cron_allow_exists';
const martians = 'sysctl_net_ipv4_conf_all_log_martians';
const chrony = 'package_chrony_installed';

describe('cis-scanner remediate and rollback in a machine', () => {
  const machine = machineForAll({ name: 'restore', packages: ['openscap-scanner'] });
  const directory = scratch();
  const must = async (command: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await machine().exec(command);
    expect(exitCode, `${command}\n${stdout}\n${stderr}`).to.equal(0);
    return stdout;
  };
  const remediate = (options: string): Promise<ExecResult> => machine().exec(`cis-scanner remediate ${options}`);
  const failing = (): string[] => resultOf(machine()).report?.verdict.failing.map(({ rule }) => rule).sort() ?? [];
  /** All that fixes may touch: files with owner, mode and content, packages, units, kernel settings. */
  const facts = (): Promise<string> => must(String.raw`
    cd / && find etc boot var/spool/cron -xdev ! -name '*.cache' ! -name '.pwd.lock' ! -name '*-' -printf '%y %m %u %g %p %l\n' | sort
    find etc -xdev -type f ! -name '*.cache' ! -name '*-' -print0 | sort -z | xargs -0 sha256sum
    dpkg-query -W -f '${'$'}{Package} ${'$'}{db:Status-Status}\n' | grep ' installed'
    systemctl list-units --type=service --state=running --plain --no-legend | awk '{ print $1 }' | grep -v @
    sysctl -a 2>/dev/null | grep -E 'log_martians|ip_forward|accept_redirects'`);

  const expectSame = (now: string, then: string): void => {
    const [after, before] = [new Set(now.split('\n')), new Set(then.split('\n'))];
    expect({ more: [...after].filter((line) => !before.has(line)), less: [...before].filter((line) => !after.has(line)) }).to.deep.equal({ more: [], less: [] });
  };

  before(async () => {
    const baseline = smallBaseline(directory());
    await embed(machine().root, baseline, ['--content', await scapContent()]);
    await must('systemctl daemon-reload; cis-scanner scan');
    await ignoreFailing(machine(), [sshd, crontab, allow, martians, chrony]);
    expect(failing()).to.deep.equal([allow, crontab, chrony, sshd, martians].sort());
  });

  it('changes nothing on a dry run, which says what it would do', async () => {
    const before = await facts();
    const { exitCode, stdout } = await remediate('--dry-run');
    expect(exitCode).to.equal(2);
    expect(stdout).to.match(/^would apply packages \(package_chrony_installed\) \(CIS 2\.3\.1\.1\): The Chrony package is installed$/m).and.to.match(/^would apply sshd_set_max_sessions \(CIS 5\.1\.17\): Set SSH MaxSessions limit \[guarded: ssh\]$/m);
    expectSame(await facts(), before);
  });

  it('does nothing unless somebody says yes, nor for a rule that is ignored or unknown', async () => {
    const before = await facts();
    const ignored = readFileSync(path.join(machine().root, 'etc/cupel/ignore.d/site.txt'), 'utf8').split(' ')[0] ?? '';
    for (const [options, code] of [['', 'unconfirmed'], [`--yes --rule ${ignored}`, 'rule-ignored'], ['--yes --rule sshd_set_max_session', 'unknown-rule']] as const) {
      const { exitCode, stderr } = await remediate(options);
      expect(exitCode, stderr).to.equal(64);
      expect(stderr).to.contain(`[${code}]`);
    }
    expect((await machine().exec('cis-scanner rollback --yes')).stderr).to.contain('[nothing-to-roll-back]');
    expectSame(await facts(), before);
  });

  it('mends a file, permissions, a kernel setting, a package and sshd, and puts all of it back', async () => {
    const before = await facts();
    const { exitCode, stdout, stderr } = await remediate('--yes');
    expect(exitCode, `${stdout}\n${stderr}`).to.equal(0);
    for (const rule of [sshd, crontab, allow, martians, chrony]) expect(stdout).to.match(new RegExp(`^fixed +${rule}$`, 'm'));
    expect(failing()).to.deep.equal([]);
    expect(await must('sshd -T | grep -i maxsessions; stat -c %a /etc/crontab; sysctl -n net.ipv4.conf.all.log_martians; dpkg -s chrony | grep -c "ok installed"')).to.equal('maxsessions 10\n600\n1\n1');
    expect((await machine().ssh('sudo -n true')).exitCode).to.equal(0);
    const restored = await facts();

    // Again: there is nothing to do.
    const again = await remediate('--yes');
    expect([again.exitCode, again.stdout]).to.deep.equal([0, 'nothing to do: no rule fails and counts\n'.trim()]);
    expectSame(await facts(), restored);

    const back = await machine().exec('cis-scanner rollback --yes');
    expect(back.exitCode, `${back.stdout}\n${back.stderr}`).to.equal(0);
    expectSame(await facts(), before);
    expect(failing()).to.deep.equal([allow, crontab, chrony, sshd, martians].sort());
    expect((await machine().exec('cis-scanner rollback --yes')).stderr).to.contain('[nothing-to-roll-back]');
  });

  it('mends the one rule that it is asked for, and leaves alone on the way back what others changed since', async () => {
    await must(`cis-scanner remediate --rule ${crontab} --rule ${allow} --yes`);
    expect(failing()).to.deep.equal([chrony, sshd, martians].sort());
    await must('chmod 0640 /etc/crontab; echo site >/etc/cron.allow; echo mine >/etc/issue');
    expect(await must('cis-scanner rollback --yes')).to.contain('left alone: /etc/crontab was changed since').and.to.contain('left alone: /etc/cron.allow was changed since');
    expect(await must('stat -c %a /etc/crontab; cat /etc/cron.allow /etc/issue')).to.equal('640\nsite\nmine');
    await must('chmod 0644 /etc/crontab; rm /etc/cron.allow');
  });

  it('puts back what fixes do outside of /etc, and leaves there what others made', async () => {
    const seen = (): Promise<string> => must('stat -c "%n %a %U" /srv/people/alice /srv/people/alice/.profile; cat /srv/people/alice/.profile /usr/lib/sysctl.d/site.conf');
    await must('mkdir -p /srv/people && useradd -m -d /srv/people/alice -u 1500 alice && echo mine >/srv/people/alice/.profile && chmod 0755 /srv/people/alice && mkdir -p /usr/lib/sysctl.d && echo "kernel.panic = 0" >/usr/lib/sysctl.d/site.conf');
    const before = await seen();
    const fix = path.join(machine().root, 'usr/lib/cupel/fixes', `${crontab}.sh`);
    writeFileSync(fix, 'chmod 0700 /srv/people/alice; echo theirs >>/srv/people/alice/.profile; sed -i "s/^/# /" /usr/lib/sysctl.d/site.conf; echo new >/home/notes; chmod 0600 /etc/crontab\n');
    await must(`cis-scanner remediate --rule ${crontab} --yes`);
    expect(await must('stat -c %a /srv/people/alice; wc -l </srv/people/alice/.profile')).to.equal('700\n2');
    await must('cis-scanner rollback --yes');
    expect(await seen()).to.equal(before);
    expect(await must('cat /home/notes')).to.equal('new');
    await must(`rm /usr/lib/cupel/fixes/${crontab}.sh /home/notes /usr/lib/sysctl.d/site.conf; userdel -r alice`);
  });

  it('finds on all file systems that are real what everybody may write to', async () => {
    await must('mkdir -p /opt/shared && chmod 0777 /opt/shared && touch /srv/open && chmod 0666 /srv/open && ln -s /srv/open /srv/link && mkdir -m 0700 /root/point');
    await must('/usr/lib/cupel/libexec/rollback-point /root/point before world-writable; chmod o-w /srv/open /opt/shared; /usr/lib/cupel/libexec/rollback-point /root/point after');
    expect((await must(`tr '\\0' '\n' </root/point/before/writable`)).split('\n')).to.include.members(['srv/open', 'opt/shared', 'tmp']).and.not.to.include('srv/link');
    const modes = (when: string): Promise<string> => must(`tr '\\0' '\n' </root/point/${when}/files | awk -F'\t' '$6 == "srv/open" || $6 == "opt/shared" { print $6, $2 }' | sort`);
    expect([await modes('before'), await modes('after')]).to.deep.equal(['opt/shared 777\nsrv/open 666', 'opt/shared 775\nsrv/open 664']);
    await must('rm -r /root/point /opt/shared /srv/open /srv/link');
  });

  it('says what it did when the disk is full, and can be undone once there is room', async () => {
    const before = await facts();
    const fix = path.join(machine().root, 'usr/lib/cupel/fixes', `${crontab}.sh`);
    writeFileSync(fix, 'chmod 0600 /etc/crontab; dd if=/dev/zero of=/var/lib/cupel/rollback/full 2>/dev/null; true\n');
    await must('rm -rf /var/lib/cupel/rollback; mkdir -m 0700 /var/lib/cupel/rollback; mount -t tmpfs -o size=16m,mode=0700 tmpfs /var/lib/cupel/rollback');
    const full = await remediate(`--rule ${crontab} --yes`);
    expect(full.exitCode, full.stderr).to.equal(4);
    expect(full.stderr).to.contain('[changes-not-recorded]').and.to.contain('No space left on device').and.not.to.contain('nothing was changed');
    expect(full.stdout).to.match(/^fix ran +file_permissions_crontab$/m).and.to.match(/^fixed +file_permissions_crontab$/m);
    expect(await must('stat -c %a /etc/crontab; ls /var/lib/cupel')).to.match(/^600\n/).and.not.to.contain('remediation\n');
    // Without room it puts nothing back, and says so; with room, all.
    const refused = await machine().exec('cis-scanner rollback --yes');
    expect([refused.exitCode, await must('stat -c %a /etc/crontab')], refused.stderr).to.deep.equal([4, '600']);
    expect(refused.stderr).to.contain('[changes-not-recorded]');
    await must('rm /var/lib/cupel/rollback/full; cis-scanner rollback --yes');
    expect(await must(`umount /var/lib/cupel/rollback; rm /usr/lib/cupel/fixes/${crontab}.sh; stat -c %a /etc/crontab`)).to.equal('644');
    expectSame(await facts(), before);
  });

  it('asks at a terminal, and goes by the answer', async () => {
    const asked = (answer: string): Promise<ExecResult> => machine().exec(`echo ${answer} | script -qec "cis-scanner remediate --rule ${crontab}" /dev/null`);
    const no = await asked('no');
    expect([no.exitCode, await must('stat -c %a /etc/crontab')], no.stdout).to.deep.equal([64, '644']);
    expect(no.stdout).to.contain('This changes the machine. Go on? [yes/no]').and.to.contain('[unconfirmed]');
    const yes = await asked('yes');
    expect([yes.exitCode, await must('stat -c %a /etc/crontab')], yes.stdout).to.deep.equal([0, '600']);
    const back = await machine().exec('echo yes | script -qec "cis-scanner rollback" /dev/null');
    expect([back.exitCode, await must('stat -c %a /etc/crontab')], back.stdout).to.deep.equal([0, '644']);
  });

  it('takes back a fix after which nobody could log in', async () => {
    const fix = path.join(machine().root, 'usr/lib/cupel/fixes', `${sshd}.sh`);
    writeFileSync(fix, 'printf "DenyUsers debian\\nMaxSessions 10\\n" >>/etc/ssh/sshd_config\nsystemctl reload ssh\n');
    const { exitCode, stdout } = await remediate(`--rule ${sshd} --yes`);
    expect(exitCode).to.equal(2);
    expect(stdout).to.contain('no longer so: sshd lets debian in').and.to.match(/^still fails +sshd_set_max_sessions \(reverted/m);
    expect(await must('cat /etc/ssh/sshd_config')).not.to.contain('DenyUsers');
    expect((await machine().ssh('true')).exitCode).to.equal(0);
    await must(`rm /usr/lib/cupel/fixes/${sshd}.sh`);
  });

  it('can be undone when it was killed half-way, and leaves no process', async () => {
    const fix = path.join(machine().root, 'usr/lib/cupel/fixes', `${allow}.sh`);
    const before = await facts();
    writeFileSync(fix, 'touch /etc/cron.allow\nchmod 0600 /etc/crontab\nsleep 100\n');
    await machine().exec(`cis-scanner remediate --rule ${allow} --yes >/dev/null 2>&1 & scanner=$!; until [ -e /etc/cron.allow ]; do sleep 0.05; done; kill -9 $scanner; wait $scanner`);
    await must(`rm /usr/lib/cupel/fixes/${allow}.sh; cis-scanner rollback --yes`);
    expect((await machine().exec('pgrep -fl "[h]arden-runner|[c]is-scanner|[s]leep 100"')).stdout).to.equal('');
    expectSame(await facts(), before);
  });

  it('is done by the timer where the operator wants that', async () => {
    await must('install -D -m 0644 /usr/lib/cupel/drop-ins/remediate.conf /etc/systemd/system/cis-scanner.timer.d/remediate.conf');
    await must('printf "[Timer]\\nOnBootSec=\\nOnCalendar=\\nOnActiveSec=1s\\nAccuracySec=100ms\\nRandomizedDelaySec=0\\n" >/etc/systemd/system/cis-scanner.timer.d/test.conf; systemctl daemon-reload; systemctl restart cis-scanner.timer');
    for (const deadline = Date.now() + 120_000; failing().length > 0;) {
      if (Date.now() > deadline) throw new Error(await must('journalctl --no-pager -u cis-remediate'));
      await delay(200);
    }
    await must('systemctl stop cis-scanner.timer; while [ "$(systemctl is-active cis-remediate.service)" = activating ]; do sleep 0.1; done');
    expect((await must('systemctl show -P Result cis-remediate.service; systemctl show -P ExecMainStatus cis-remediate.service')).trim()).to.equal('success\n0');
  });

  it('gives a script that mends the same, and may be run twice', async () => {
    await must('cis-scanner rollback --yes');
    const before = failing();
    await must('cp /var/lib/cupel/remediation.sh /root/remediation.sh; /root/remediation.sh');
    const once = await facts();
    await must('/root/remediation.sh');
    expectSame(await facts(), once);
    await must('cis-scanner scan');
    expect({ before, after: failing() }).to.deep.equal({ before: [allow, crontab, chrony, sshd, martians].sort(), after: [] });
    await must('rm /root/remediation.sh');
  });
});
