/** Names of licences in Debian's copyright files (DEP 5) and RPM's headers that mean one SPDX id. */
const named: Readonly<Record<string, string>> = {
  'afl-2.1': 'AFL-2.1', 'apache-2': 'Apache-2.0', 'apache-2.0': 'Apache-2.0', 'artistic-2': 'Artistic-2.0', 'artistic-2.0': 'Artistic-2.0', 'asl 2.0': 'Apache-2.0',
  'beerware': 'Beerware', 'boost-1.0': 'BSL-1.0', 'bsd-1-clause': 'BSD-1-Clause', 'bsd-2-clause': 'BSD-2-Clause', 'bsd-3-clause': 'BSD-3-Clause', 'bsd-4-clause': 'BSD-4-Clause',
  'bsd-4-clause-uc': 'BSD-4-Clause-UC', 'bsl-1.0': 'BSL-1.0', 'bzip2-1.0.6': 'bzip2-1.0.6', 'cc-by-3.0': 'CC-BY-3.0', 'cc-by-sa-3.0': 'CC-BY-SA-3.0', 'cc-by-sa-4.0': 'CC-BY-SA-4.0',
  'cc0': 'CC0-1.0', 'cc0-1.0': 'CC0-1.0', 'curl': 'curl', 'epl-1.0': 'EPL-1.0', 'epl-2.0': 'EPL-2.0', 'expat': 'MIT', 'fsfap': 'FSFAP', 'fsful': 'FSFUL', 'fsfullr': 'FSFULLR',
  'isc': 'ISC', 'mit': 'MIT', 'mpl-1.1': 'MPL-1.1', 'mpl-2.0': 'MPL-2.0', 'mplv2.0': 'MPL-2.0', 'ofl-1.1': 'OFL-1.1', 'openssl': 'OpenSSL', 'postgresql': 'PostgreSQL', 'psf-2': 'PSF-2.0',
  'psf-2.0': 'PSF-2.0', 'unicode-dfs-2016': 'Unicode-DFS-2016', 'unlicense': 'Unlicense', 'wtfpl': 'WTFPL', 'x11': 'X11', 'zlib': 'Zlib',
};

const gnu: Readonly<Record<string, readonly string[]>> = { 'AGPL': ['3.0'], 'GPL': ['1.0', '2.0', '3.0'], 'LGPL': ['2.0', '2.1', '3.0'] };

/**
 * The SPDX id of a licence, where its name means exactly one. What is left is no less true for being a name only:
 * "GPL" without a version, exceptions, and whatever a package calls its own.
 */
export function spdxId(name: string): string | undefined {
  const lower = name.toLowerCase();
  // A package may call its licence "constructor".
  if (Object.hasOwn(named, lower)) return named[lower];
  const [, family = '', version = '', later] = /^(A?GPL|LGPL)(?:-|v)(\d(?:\.\d)?)(\+|-or-later|-only)?$/i.exec(name) ?? [];
  const release = version.includes('.') ? version : `${version}.0`;
  if (gnu[family.toUpperCase()]?.includes(release) !== true) return undefined;
  return `${family.toUpperCase()}-${release}-${later === '+' || later === '-or-later' ? 'or-later' : 'only'}`;
}
