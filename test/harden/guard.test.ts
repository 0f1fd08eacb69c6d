import { expect } from 'chai';
import { guardFamily } from '../../src/harden/index.ts';
import { packageChange } from '../../src/harden/packages.ts';
import { realFixes } from './content.ts';

/** By name alone, as every CIS profile has them. */
const named: readonly [RegExp, family: string][] = [
  [/^sshd_|^file_(permissions|owner|groupowner)_sshd_|^disable_host_auth$/, 'ssh'],
  [/^sudo_|^use_pam_wheel/, 'sudo'],
  [/^accounts_passwords?_pam_|^no_empty_passwords/, 'pam'],
  [/^(set|service|check)_.*(nftables|iptables|ufw)/, 'firewall'],
  [/^mount_option_|^partition_for_/, 'mounts'],
  [/^grub2_|^kernel_module_/, 'boot'],
];
/** What no fix may touch without the guard, wherever it stands in it. */
const dangerous = /\/etc\/ssh\/|\/etc\/pam\.d|pam-auth-update|\/etc\/sudoers|\/etc\/fstab|\bnft \b|\biptables -|\bufw |update-grub|\busermod\b|\bchage\b|\bpasswd -/;

describe('guardFamily', () => {
  for (const [pattern, family] of named) {
    it(`guards every rule of the profile that is named ${String(pattern)} as ${family}`, () => {
      const rules = [...realFixes.keys()].filter((rule) => pattern.test(rule));
      if (family !== 'mounts') expect(rules).to.not.be.empty;
      for (const rule of rules) expect(guardFamily(rule, ''), rule).to.equal(family);
    });
  }

  it('guards every real fix that touches ssh, pam, sudo, mounts, firewall, boot loader or accounts', () => {
    const unguarded = [...realFixes].filter(([rule, text]) => guardFamily(rule, text) === undefined && packageChange(text) === undefined);
    const code = (text: string): string => text.split('\n').filter((line) => !/^\s*#/.test(line)).join('\n');
    expect(unguarded.filter(([, text]) => dangerous.test(code(text))).map(([rule]) => rule)).to.deep.equal([]);
  });

  it('knows a fix by what it touches when its rule\'s name says nothing', () => {
    expect(guardFamily('some_rule', 'sed -i s/a/b/ /etc/ssh/sshd_config')).to.equal('ssh');
    expect(guardFamily('some_rule', 'echo >/etc/sudoers.d/x')).to.equal('sudo');
    expect(guardFamily('some_rule', 'mount -o remount,noexec /tmp')).to.equal('mounts');
    expect(guardFamily('some_rule', 'nft add table inet filter')).to.equal('firewall');
    expect(guardFamily('some_rule', 'update-grub')).to.equal('boot');
    expect(guardFamily('some_rule', 'usermod -L someone')).to.equal('pam');
  });

  it('leaves what can lock nobody out unguarded, or each pass would take minutes', () => {
    for (const rule of ['banner_etc_issue_cis', 'sysctl_fs_suid_dumpable', 'file_permissions_crontab', 'journald_compress', 'service_cups_disabled']) {
      expect(guardFamily(rule, realFixes.get(rule) ?? ''), rule).to.equal(undefined);
    }
  });
});
