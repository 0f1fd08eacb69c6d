import { TargetError } from '../errors.ts';

/** The system and its packages, as the machine told them. */
export interface Installed {
  os: { id: string; version: string; name: string };
  packages: InstalledPackage[];
}

export interface InstalledPackage {
  kind: 'deb' | 'rpm';
  name: string;
  /** Without an RPM's epoch; a Debian version holds it. */
  version: string;
  /** Of an RPM, when it is not 0. */
  epoch: string | undefined;
  architecture: string;
  /** Source package; of a Debian package with another version than its own: `name@version`. */
  source: string;
  /** As the package declares them, sorted. */
  licences: string[];
}

/**
 * Reads the answer to `packageQuery`.
 * @throws TargetError `sbom-query` when it is not whole, or names no package
 */
export function readPackages(raw: string): Installed {
  const sections = sectionsOf(raw);
  const os = osOf(sections.get('os') ?? []);
  const licences = licencesOf(sections.get('copyright') ?? []);
  const packages = [...(sections.get('dpkg') ?? []).flatMap((line) => debian(line, licences)), ...(sections.get('rpm') ?? []).flatMap(rpm)];
  if (!sections.has('end') || os.id === '' || packages.length === 0) throw new TargetError('sbom-query', 'the machine does not tell its packages: no system that has dpkg or rpm, or its answer is cut short');
  return { os, packages: packages.sort((a, b) => compare(a.name, b.name) || compare(a.architecture, b.architecture) || compare(a.version, b.version)) };
}

function sectionsOf(raw: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of raw.split('\n')) {
    const name = /^@([a-z]+)$/.exec(line)?.[1];
    if (name !== undefined) sections.set(name, lines = []);
    else if (line !== '') lines.push(line);
  }
  return sections;
}

function osOf(lines: readonly string[]): Installed['os'] {
  const values = new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1).replace(/^(["'])(.*)\1$/, '$2')]));
  const id = values.get('ID') ?? '';
  return { id, version: values.get('VERSION_ID') ?? '', name: values.get('PRETTY_NAME') ?? id };
}

function licencesOf(lines: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const line of lines) {
    const [name = '', licence = ''] = line.split('\t');
    const known = found.get(name) ?? new Set();
    if (licence.trim() !== '') found.set(name, known.add(licence.trim()));
  }
  return found;
}

function debian(line: string, licences: ReadonlyMap<string, ReadonlySet<string>>): InstalledPackage[] {
  const [status, name = '', version = '', architecture = '', source = '', sourceVersion = ''] = line.split('\t');
  // What was removed but left its configuration is known to dpkg, and not installed.
  if (status !== 'installed') return [];
  return [{
    kind: 'deb', name, version, epoch: undefined, architecture, licences: [...licences.get(name) ?? []].sort(compare),
    source: sourceVersion === version ? source : `${source}@${sourceVersion}`,
  }];
}

function rpm(line: string): InstalledPackage[] {
  const [name = '', epoch = '', version = '', architecture = '', source = '', licence = ''] = line.split('\t');
  // The keys that signatures are checked with stand in rpm's database as if they were packages.
  if (name === 'gpg-pubkey') return [];
  return [{ kind: 'rpm', name, version, epoch: epoch === '0' || epoch === '(none)' ? undefined : epoch, architecture, source, licences: licence === '' ? [] : [licence] }];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
