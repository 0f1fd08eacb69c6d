import { TargetError } from '../errors.ts';
import type { Target } from '../target/index.ts';

/**
 * Asks what is installed, and under which licences, in one go: sections that start with a line in `@`, tabs between fields.
 * A copyright file says its licences to a machine when its first line is a `Format:` (DEP 5).
 */
export const packageQuery = String.raw`
set -eu
echo '@os'
cat /etc/os-release
if command -v dpkg-query >/dev/null; then
  echo '@dpkg'
  dpkg-query -W -f '${'$'}{db:Status-Status}\t${'$'}{Package}\t${'$'}{Version}\t${'$'}{Architecture}\t${'$'}{source:Package}\t${'$'}{source:Version}\n'
  echo '@copyright'
  find -L /usr/share/doc -mindepth 2 -maxdepth 2 -name copyright -type f -print0 2>/dev/null | xargs -0 -r awk '
    FNR == 1 { machine = /^Format/; parts = split(FILENAME, path, "/"); package = path[parts - 1] }
    !machine { nextfile }
    /^License:[ \t]*[^ \t]/ { sub(/^License:[ \t]*/, ""); if (!seen[package "\t" $0]++) print package "\t" $0 }
  '
elif command -v rpm >/dev/null; then
  echo '@rpm'
  rpm -qa --queryformat '%{NAME}\t%{EPOCHNUM}\t%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%{LICENSE}\n'
fi
echo '@end'
`;

/**
 * The raw answer of a machine's package database; `renderSbom` makes the SBOM of it. Changes nothing there.
 * @throws TargetError `sbom-query`
 */
export async function gatherPackages(target: Target): Promise<string> {
  const { exitCode, stdout, stderr } = await target.run(packageQuery, { timeoutSeconds: 600 });
  if (exitCode !== 0) throw new TargetError('sbom-query', `${target.name}: the package database does not answer: ${stderr.trim()}`, { subject: target.name });
  return stdout;
}
