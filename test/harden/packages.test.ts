import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageBatch, packageChange } from '../../src/harden/packages.ts';
import { scratch } from '../target/scratch.ts';
import { realFix, realFixes } from './content.ts';

describe('packageChange', () => {
  it('recognizes what only installs a package, whatever condition stands around it', () => {
    expect(packageChange(realFix('package_aide_installed'))).to.deep.equal({ action: 'install', package: 'aide' });
    expect(packageChange('apt-get remove -y telnet')).to.equal(undefined);
    expect(packageChange('DEBIAN_FRONTEND=noninteractive apt-get remove -y "telnet"\n')).to.deep.equal({ action: 'remove', package: 'telnet' });
  });

  it('finds in the real content only fixes of package rules, and by their name', () => {
    const found = [...realFixes].flatMap(([rule, text]) => {
      const change = packageChange(text);
      return change === undefined ? [] : [`${rule} ${change.action} ${change.package}`];
    });
    expect(found).to.deep.equal([
      'package_aide_installed install aide',
      'package_sudo_installed install sudo',
      'package_pam_modules_installed install libpam-modules',
      'package_pam_pwquality_installed install libpam-pwquality',
      'package_pam_runtime_installed install libpam-runtime',
      'package_apparmor-utils_installed install apparmor-utils',
      'package_apparmor_installed install apparmor',
      'package_rsyslog_installed install rsyslog',
      'package_systemd-journal-remote_installed install systemd-journal-remote',
      'package_iptables-persistent_installed install iptables-persistent',
      'package_iptables_installed install iptables',
      'package_nftables_installed install nftables',
      'package_ufw_installed install ufw',
      'package_cron_installed install cron',
      'package_chrony_installed install chrony',
    ]);
  });

  it('leaves a fix alone that does more, or loops over providers', () => {
    expect(packageChange(realFix('aide_build_database'))).to.equal(undefined);
    expect(packageChange(realFix('package_ufw_removed'))).to.equal(undefined);
    expect(packageChange('DEBIAN_FRONTEND=noninteractive apt-get install -y "a"\nDEBIAN_FRONTEND=noninteractive apt-get install -y "b"')).to.equal(undefined);
    expect(packageChange('')).to.equal(undefined);
  });

  it('takes no shell text for a package', () => {
    for (const name of ['a; reboot', '$(reboot)', '-o=x', 'a b', '']) {
      expect(packageChange(`DEBIAN_FRONTEND=noninteractive apt-get install -y "${name}"`)).to.equal(undefined);
    }
  });
});

describe('packageBatch', () => {
  const directory = scratch();
  /** Runs a batch with an apt-get that fails whenever it is asked for `broken`. */
  const run = (script: string): { code: number; calls: string[] } => {
    const log = join(directory.path, 'log');
    writeFileSync(log, '');
    writeFileSync(join(directory.path, 'apt-get'), `#!/bin/sh\necho "$*" >>'${log}'\ncase " $* " in *" broken "*) exit 100 ;; esac\n`);
    chmodSync(join(directory.path, 'apt-get'), 0o755);
    let code = 0;
    try {
      execFileSync('bash', ['-c', script], { env: { PATH: `${directory.path}:${process.env['PATH'] ?? ''}` }, stdio: 'pipe' });
    } catch (error) {
      code = (error as { status: number }).status;
    }
    return { code, calls: readFileSync(log, 'utf8').trim().split('\n') };
  };

  it('is one transaction for installing and removing', () => {
    const { code, calls } = run(packageBatch([{ action: 'install', package: 'chrony' }, { action: 'remove', package: 'telnet' }, { action: 'install', package: 'aide' }]));
    expect(code).to.equal(0);
    expect(calls).to.deep.equal(['-q -y install aide chrony telnet-']);
  });

  it('brings what a package cannot do without', () => {
    expect(packageBatch([{ action: 'install', package: 'libpam-pwquality' }])).to.contain('cracklib-runtime');
  });

  it('does not let one broken package stop the others, and still says that it failed', () => {
    const { code, calls } = run(packageBatch([{ action: 'install', package: 'aide' }, { action: 'install', package: 'broken' }, { action: 'remove', package: 'telnet' }]));
    expect(code).to.equal(1);
    expect(calls.slice(1)).to.deep.equal(['-q -y install aide', '-q -y install broken', '-q -y install telnet-']);
  });

  it('fails when its only package does', () => {
    expect(run(packageBatch([{ action: 'install', package: 'broken' }])).code).to.equal(100);
  });
});
