export interface PackageChange {
  action: 'install' | 'remove';
  package: string;
}

const aptLine = /^DEBIAN_FRONTEND=noninteractive apt-get (?:-o \S+ )*(install|remove) -y "([A-Za-z0-9][A-Za-z0-9.+-]+)"$/;

/**
 * Recognizes a fix that does nothing but install or remove one Debian package, so that many can go into one
 * apt-get call. The condition around it (is the rule applicable?) has been answered by the assay: a rule that
 * is not applicable does not fail.
 */
export function packageChange(fix: string): PackageChange | undefined {
  const body = fix
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !/^(if .*; then|else|fi|>&2 echo 'Remediation is not applicable, nothing was done')$/.test(line));
  if (body.length !== 1) return undefined;
  const match = aptLine.exec(body[0] ?? '');
  return match === null ? undefined : { action: match[1] as 'install' | 'remove', package: match[2] as string };
}

/** Recommended packages are left out; these are needed all the same: without its dictionary pwquality refuses every password. */
const companions: Readonly<Record<string, readonly string[]>> = { 'libpam-pwquality': ['cracklib-runtime'] };

/** One apt-get transaction for all of them; when it fails as a whole, one for each, so that a single package cannot stop the others. */
export function packageBatch(changes: readonly PackageChange[]): string {
  const groups = changes.map((change) => (change.action === 'install' ? [change.package, ...(companions[change.package] ?? [])] : [`${change.package}-`]));
  const words = [...new Set(groups.flat())].sort();
  if (groups.length === 1) return `set -eu\napt-get -q -y install ${words.join(' ')}\n`;
  return [
    'set -u',
    `apt-get -q -y install ${words.join(' ')} && exit 0`,
    'echo "the transaction failed; now one by one"',
    'failed=0',
    ...groups.map((group) => `apt-get -q -y install ${group.join(' ')} || failed=1`),
    'exit "$failed"',
    '',
  ].join('\n');
}
