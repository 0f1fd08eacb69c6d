import type { Platform } from '../../platform/index.ts';
import type { Changes } from './changes.ts';

/** Removes the packages that were added, and installs those that were removed. @returns what could not be done */
export function putBackPackages(platform: Platform, { added, removed }: Changes['packages']): string[] {
  const problems: string[] = [];
  const apt = platform.run(['sh', '-c', 'command -v apt-get']).exitCode === 0;
  const environment = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
  if (added.length > 0) {
    const needed = apt ? neededByApt(platform, added) : neededByRpm(platform, added);
    if (needed !== '') problems.push(`${added.join(', ')} stay installed: ${needed}`);
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

/** What came to need one of them since is not ours to remove. @returns who does; empty for none */
function neededByApt(platform: Platform, added: readonly string[]): string {
  const gone = platform.run(['apt-get', '-s', 'purge', ...added]).stdout.split('\n').flatMap((line) => /^(?:Remv|Purg) (\S+)/.exec(line)?.[1] ?? []);
  const others = gone.filter((name) => !added.includes(name));
  return others.length === 0 ? '' : `${others.join(', ')} need them`;
}

function neededByRpm(platform: Platform, added: readonly string[]): string {
  const { exitCode, stderr } = platform.run(['rpm', '-e', '--test', ...added]);
  return exitCode === 0 ? '' : stderr.trim().split('\n').map((line) => line.trim()).slice(-3).join('; ');
}
