import type { Platform } from '../../platform/index.ts';
import type { Places } from '../places.ts';
import type { Changes } from './changes.ts';
import { RollbackPoint } from './rollback-point.ts';
import { clearWorkFolders } from './work-folder.ts';

/**
 * Puts back what the last remediation changed: packages, files, kernel settings, mounts, firewall, units. What others
 * changed since stays as they left it, and is named.
 * @returns what could not be put back
 * @throws TargetError `nothing-to-roll-back`
 */
export function rollback(platform: Platform, places: Places): string[] {
  const point = RollbackPoint.last(platform, places);
  platform.write(`rolling back the remediation of ${point.name}\n`);
  clearWorkFolders(platform, places);
  const all = point.changes();
  const changes = withoutOthers(platform, all, point.changesSince(all.made));
  const problems = packages(platform, changes);
  problems.push(...files(platform, point, withPackages(changes, point)));
  for (const { key, value } of twice(changes.sysctl)) {
    if (platform.run(['sysctl', '-q', '-w', `${key}=${value}`]).exitCode !== 0) problems.push(`${key} could not be set to ${value}`);
  }
  for (const { path, options } of changes.mounts) {
    if (platform.run(['mount', '-o', `remount,${options}`, path]).exitCode !== 0) problems.push(`${path} could not be mounted with ${options}`);
  }
  if (changes.ruleset) problems.push(...ruleset(platform, point));
  problems.push(...units(platform, changes));
  point.done();
  return [...new Set(problems)];
}

/** A change of one kernel setting may reset others: ip_forward does. */
function twice<T>(list: readonly T[]): T[] {
  return [...list, ...list];
}

function packages(platform: Platform, { packages: { added, removed } }: Changes): string[] {
  const problems: string[] = [];
  const apt = platform.run(['sh', '-c', 'command -v apt-get']).exitCode === 0;
  const environment = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
  if (added.length > 0) {
    // What came to need one of them since is not ours to remove.
    const others = apt ? platform.run(['apt-get', '-s', 'purge', ...added]).stdout.split('\n').flatMap((line) => /^(?:Remv|Purg) (\S+)/.exec(line)?.[1] ?? []).filter((name) => !added.includes(name)) : [];
    if (others.length > 0) problems.push(`${added.join(', ')} stay installed: ${others.join(', ')} need them`);
    else if (platform.run(apt ? ['apt-get', '-q', '-y', 'purge', ...added] : ['dnf', '-q', '-y', 'remove', '--noautoremove', ...added], environment).exitCode !== 0) problems.push(`${added.join(', ')} could not be removed`);
    else platform.write(`removed ${added.join(', ')}\n`);
  }
  for (const { name, version } of removed) {
    const wanted = apt ? [`${name}=${version}`, name] : [`${name}-${version}`, name];
    const install = (what: string): boolean => platform.run(apt ? ['apt-get', '-q', '-y', '--no-install-recommends', 'install', what] : ['dnf', '-q', '-y', 'install', what], environment).exitCode === 0;
    if (wanted.some(install)) platform.write(`installed ${name}\n`);
    else problems.push(`${name} ${version} could not be installed`);
  }
  return problems;
}

/** Without the files that somebody changed after the remediation. */
function withoutOthers(platform: Platform, changes: Changes, since: Changes): Changes {
  const touched = new Set([...since.altered, ...since.permissions.map(({ path }) => path)]);
  const ours = (path: string): boolean => {
    if (touched.has(path)) platform.write(`left alone: /${path} was changed since\n`);
    return !touched.has(path);
  };
  return { ...changes, made: changes.made.filter(ours), altered: changes.altered.filter(ours), permissions: changes.permissions.filter(({ path }) => ours(path)) };
}

/** A package that goes may take more along than it brought: folders that others share with it. */
function withPackages(changes: Changes, point: RollbackPoint): Changes {
  const { added, removed } = changes.packages;
  if (added.length + removed.length === 0) return changes;
  const { made, altered } = point.changesByPackages();
  return { ...changes, made: [...new Set([...changes.made, ...made])].sort(), altered: [...new Set([...changes.altered, ...altered])].sort() };
}

function files(platform: Platform, point: RollbackPoint, { made, altered, permissions }: Changes): string[] {
  const problems: string[] = [];
  const list = `${point.folder}/list`;
  // What is deepest goes first; a folder in which others have put something stays.
  for (const path of [...made].reverse()) {
    const facts = platform.files.look(`/${path}`);
    if (facts?.kind === 'directory') platform.run(['rmdir', '--ignore-fail-on-non-empty', '--', `/${path}`]);
    else platform.files.remove(`/${path}`);
    if (facts !== undefined) platform.write(`removed /${path}\n`);
  }
  if (altered.length > 0) {
    platform.files.write(list, altered.map((path) => `${path}\0`).join(''), 0o600);
    const { exitCode, stderr } = platform.run(['tar', '-C', '/', '--null', '--no-recursion', '-T', list, '--xattrs', '--acls', '--selinux', '-xpf', point.archive]);
    platform.files.remove(list);
    if (exitCode === 0) for (const path of altered) platform.write(`restored /${path}\n`);
    else problems.push(`files could not be restored: ${stderr.trim().split('\n').slice(-3).join('; ')}`);
  }
  for (const { path, mode, uid, gid } of permissions) {
    const failed = [['chown', '-h', `${uid}:${gid}`], ['chmod', mode]].some((argv) => platform.run([...argv, '--', `/${path}`]).exitCode !== 0);
    if (failed) problems.push(`/${path} could not get its permissions back`);
    else platform.write(`restored the permissions of /${path}\n`);
  }
  return problems;
}

function ruleset(platform: Platform, point: RollbackPoint): string[] {
  const kept = `${point.folder}/before/ruleset`;
  // One transaction, so that there is no moment without rules.
  const text = platform.files.look(kept) === undefined ? '' : platform.files.readText(kept, 16 * 1024 * 1024);
  const file = `${point.folder}/ruleset.nft`;
  platform.files.write(file, `flush ruleset\n${text}`, 0o600);
  const { exitCode, stderr } = platform.run(['nft', '-f', file]);
  // 127: the remediation had brought nft, and it is gone again.
  return exitCode === 0 || exitCode === 127 ? [] : [`the firewall rules could not be put back: ${stderr.trim()}`];
}

function units(platform: Platform, { units: { stopped, started }, altered, made }: Changes): string[] {
  const problems: string[] = [];
  platform.run(['systemctl', 'daemon-reload']);
  for (const [verb, names] of [['stop', started], ['start', stopped]] as const) {
    for (const unit of names) if (platform.run(['systemctl', verb, unit]).exitCode !== 0 && verb === 'start') problems.push(`${unit} could not be started`);
  }
  const touched = [...altered, ...made];
  if (touched.some((path) => path.startsWith('etc/ssh/'))) platform.run(['sh', '-c', 'sshd -t && { systemctl reload ssh 2>/dev/null || systemctl reload sshd; }']);
  if (touched.some((path) => /^etc\/systemd\/journald/.test(path))) platform.run(['systemctl', 'restart', 'systemd-journald']);
  if (touched.some((path) => /^etc\/(default\/grub|grub\.d)/.test(path))) platform.run(['sh', '-c', 'command -v update-grub && update-grub']);
  if (touched.some((path) => /^etc\/modprobe\.d/.test(path))) platform.run(['sh', '-c', 'command -v update-initramfs && update-initramfs -u']);
  return problems;
}
