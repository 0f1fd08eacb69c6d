/** What can lock the builder out or keep the machine from booting. Applied in this order, after everything else. */
export const guardFamilies = ['network', 'mounts', 'boot', 'sudo', 'pam', 'ssh', 'firewall'] as const;
export type GuardFamily = (typeof guardFamilies)[number];

/** By rule id: the field's naming in SCAP Security Guide. */
const byRule: readonly [GuardFamily, RegExp][] = [
  ['network', /^sysctl_net_/],
  ['ssh', /^(sshd_|disable_host_auth|file_(permissions|owner|groupowner)_sshd?_|.*_sshd?_(config|.*key))/],
  ['sudo', /^sudo_|^use_pam_wheel|^ensure_pam_wheel/],
  ['pam', /pam|faillock|pwquality|pwhistory|no_empty_passwords|account_disable_post_pw_expiration|^accounts_(password|user_interactive_home|root|no_uid|set_post)|^no_.*shell|^ensure_root|^set_password/],
  ['firewall', /nftables|iptables|ip6tables|ufw|firewalld/],
  ['mounts', /^mount_option_|^partition_for_|_tmp_mount|^systemd_tmp/],
  ['boot', /^grub2_|bootloader|^kernel_module_|dracut|initramfs|crypto_policy/],
];

/** By what the fix touches: catches rules whose names say nothing. */
const byText: readonly [GuardFamily, RegExp][] = [
  ['ssh', /\/etc\/ssh\/|\bsshd\b/],
  ['sudo', /\/etc\/sudoers/],
  ['pam', /\/etc\/pam\.d|pam-auth-update|\/etc\/security\/|\b(usermod|passwd|chage)\b/],
  ['firewall', /\bnft\b|\biptables\b|\bufw\b|firewall-cmd/],
  ['mounts', /\/etc\/fstab|\bmount\s+-o\b/],
  ['network', /\bsysctl\b.*\bnet\.ipv[46]\./],
  ['boot', /\/etc\/default\/grub|update-grub|grub2?-mkconfig|\/boot\//],
];

/** @returns the family of a fix that needs the guard, undefined for one that does not */
export function guardFamily(rule: string, fix: string): GuardFamily | undefined {
  return (byRule.find(([, pattern]) => pattern.test(rule)) ?? byText.find(([, pattern]) => pattern.test(fix)))?.[0];
}
