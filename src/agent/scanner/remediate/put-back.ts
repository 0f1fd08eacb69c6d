import { isSystemError, type Platform } from '../../platform/index.ts';
import type { Changes } from './changes.ts';
import type { RollbackPoint } from './rollback-point.ts';

/** Removes what was made, and restores contents, owners and permissions. @returns what could not be put back */
export function putBackFiles(platform: Platform, point: RollbackPoint, { made, altered, permissions }: Changes): string[] {
  // What is deepest goes first; a folder in which others have put something stays.
  const problems = [...made].reverse().flatMap((path) => remove(platform, path));
  if (altered.length > 0) problems.push(...extract(platform, point, altered));
  for (const { path, mode, uid, gid } of permissions) {
    const failed = [['chown', '-h', `${uid}:${gid}`], ['chmod', mode]].some((argv) => platform.run([...argv, '--', `/${path}`]).exitCode !== 0);
    if (failed) problems.push(`/${path} could not get its permissions back`);
    else platform.write(`restored the permissions of /${path}\n`);
  }
  return problems;
}

function remove(platform: Platform, path: string): string[] {
  try {
    const facts = platform.files.look(`/${path}`);
    if (facts === undefined) return [];
    if (facts.kind !== 'directory') platform.files.remove(`/${path}`);
    else if (platform.run(['rmdir', '--ignore-fail-on-non-empty', '--', `/${path}`]).exitCode !== 0) return [`/${path} could not be removed`];
    if (platform.files.look(`/${path}`) === undefined) platform.write(`removed /${path}\n`);
    return [];
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return [`/${path} could not be removed: ${error.message}`];
  }
}

function extract(platform: Platform, point: RollbackPoint, altered: readonly string[]): string[] {
  const list = `${point.folder}/list`;
  try {
    platform.files.write(list, altered.map((path) => `${path}\0`).join(''), 0o600);
    const { exitCode, stderr } = platform.run(['tar', '-C', '/', '--null', '--no-recursion', '-T', list, '--xattrs', '--acls', '--selinux', '-xpf', point.archive]);
    platform.files.remove(list);
    if (exitCode !== 0) return [`files could not be restored: ${stderr.trim().split('\n').slice(-3).join('; ')}`];
    for (const path of altered) platform.write(`restored /${path}\n`);
    return [];
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return [`files could not be restored: ${error.message}`];
  }
}

/** Twice: a change of one kernel setting may reset others, ip_forward does. */
export function putBackSettings(platform: Platform, { sysctl }: Changes): string[] {
  const set = ({ key, value }: Changes['sysctl'][number]): boolean => platform.run(['sysctl', '-q', '-w', `${key}=${value}`]).exitCode === 0;
  sysctl.forEach(set);
  return sysctl.filter((setting) => !set(setting)).map(({ key, value }) => `${key} could not be set to ${value}`);
}

export function putBackMounts(platform: Platform, { mounts }: Changes): string[] {
  return mounts.flatMap(({ path, options }) => (platform.run(['mount', '-o', `remount,${options}`, path]).exitCode === 0 ? [] : [`${path} could not be mounted with ${options}`]));
}

export function putBackRuleset(platform: Platform, point: RollbackPoint): string[] {
  const kept = `${point.folder}/before/ruleset`;
  const file = `${point.folder}/ruleset.nft`;
  try {
    // One transaction, so that there is no moment without rules.
    const text = platform.files.look(kept) === undefined ? '' : platform.files.readText(kept, 16 * 1024 * 1024);
    platform.files.write(file, `flush ruleset\n${text}`, 0o600);
    const { exitCode, stderr } = platform.run(['nft', '-f', file]);
    // 127: the remediation had brought nft, and it is gone again.
    return exitCode === 0 || exitCode === 127 ? [] : [`the firewall rules could not be put back: ${stderr.trim()}`];
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return [`the firewall rules could not be put back: ${error.message}`];
  }
}

export function putBackUnits(platform: Platform, { units: { stopped, started }, altered, made }: Changes): string[] {
  const problems: string[] = [];
  platform.run(['systemctl', 'daemon-reload']);
  for (const [verb, names] of [['stop', started], ['start', stopped]] as const) {
    for (const unit of names) if (platform.run(['systemctl', verb, unit]).exitCode !== 0 && verb === 'start') problems.push(`${unit} could not be started`);
  }
  const touched = [...altered, ...made];
  // The unit is called ssh on Debian and sshd elsewhere.
  if (touched.some((path) => path.startsWith('etc/ssh/'))) platform.run(['sh', '-c', 'sshd -t && { systemctl reload ssh 2>/dev/null || systemctl reload sshd; }']);
  if (touched.some((path) => /^etc\/systemd\/journald/.test(path))) platform.run(['systemctl', 'restart', 'systemd-journald']);
  if (touched.some((path) => /^etc\/(default\/grub|grub\.d)/.test(path))) platform.run(['sh', '-c', 'command -v update-grub && update-grub']);
  if (touched.some((path) => /^etc\/modprobe\.d/.test(path))) platform.run(['sh', '-c', 'command -v update-initramfs && update-initramfs -u']);
  return problems;
}
