export interface PackageChange {
  action: 'install' | 'remove';
  package: string;
}

const aptLine = /^DEBIAN_FRONTEND=noninteractive apt-get (?:-o \S+ )*(install|remove) -y "([A-Za-z0-9][A-Za-z0-9.+-]+)"$/;
const removeLoop = /^for package in (?:\$\{?\w+\}?|.*)$/;

/**
 * Recognizes a fix that does nothing but install or remove one Debian package, so that many can go into one
 * apt-get call. The condition around it (is the rule applicable?) has been answered by the assay: a rule that
 * is not applicable does not fail.
 */
export function packageChange(fix: string): PackageChange | undefined {
  const body = fix
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !/^(if dpkg-query --show .*; then|else|fi|>&2 echo 'Remediation is not applicable, nothing was done')$/.test(line));
  if (body.length !== 1 || removeLoop.test(body[0] ?? '')) return undefined;
  const match = aptLine.exec(body[0] ?? '');
  return match === null ? undefined : { action: match[1] as 'install' | 'remove', package: match[2] as string };
}

/** Recommended packages are left out; these are needed all the same: without its dictionary pwquality refuses every password. */
const companions: Readonly<Record<string, readonly string[]>> = { 'libpam-pwquality': ['cracklib-runtime'] };

/** One apt-get transaction for all of them. */
export function packageBatch(changes: readonly PackageChange[]): string {
  const words = changes.flatMap((change) => (change.action === 'install' ? [change.package, ...(companions[change.package] ?? [])] : [`${change.package}-`]));
  return `set -eu\napt-get -q -y install ${[...new Set(words)].sort().join(' ')}\n`;
}
