import { type Json, stableJson } from '../evidence/index.ts';
import { spdxId } from './licences.ts';
import { type Installed, type InstalledPackage, readPackages } from './packages.ts';

/** What the SBOM is of. */
export interface SbomSubject {
  image: string;
  /** Run UUID; it is the serial number of the SBOM, too. */
  run: string;
  /** The run's moment, ISO 8601. */
  timestamp: string;
  /** Name and version of this program, `cupel 1.2.3`. */
  producer: string;
}

/**
 * `sbom.cdx.json`: CycloneDX 1.6 of what a machine's package database says. The same answer and subject give the same bytes.
 * @param raw what `gatherPackages` returned
 * @throws TargetError `sbom-query` for an answer that is not whole
 */
export function renderSbom(raw: string, { image, run, timestamp, producer }: SbomSubject): string {
  const { os, packages } = readPackages(raw);
  const [tool = '', version = ''] = producer.split(' ');
  return stableJson({
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${run}`,
    version: 1,
    metadata: {
      timestamp,
      lifecycles: [{ phase: 'post-build' }],
      tools: { components: [{ type: 'application', name: tool, version }] },
      component: { 'bom-ref': 'image', type: 'platform', name: image, version: run },
    },
    components: [
      { 'bom-ref': 'os', type: 'operating-system', name: os.id, description: os.name, ...(os.version === '' ? {} : { version: os.version }) },
      ...packages.map((installed) => component(installed, os)),
    ],
    // Every package was asked for, but what is not a package was not looked at.
    compositions: [{ aggregate: 'incomplete', assemblies: ['image'] }],
  });
}

function component(installed: InstalledPackage, os: Installed['os']): Json {
  const { name, version, licences } = installed;
  const purl = packageUrl(installed, os);
  return {
    'bom-ref': purl, type: 'library', name, version, purl,
    ...(licences.length === 0 ? {} : { licenses: uniqueLicences(licences) }),
  };
}

function uniqueLicences(licences: readonly string[]): Json {
  const found = new Map(licences.map((licence) => {
    const id = spdxId(licence);
    return [id ?? licence, id === undefined ? { name: licence } : { id }];
  }));
  return [...found.values()].map((licence) => ({ license: { ...licence, acknowledgement: 'declared' } }));
}

/** https://github.com/package-url/purl-spec; `upstream` is what scanners look for to find the source's vulnerabilities. */
function packageUrl({ kind, name, version, epoch, architecture, source }: InstalledPackage, os: Installed['os']): string {
  const qualifiers: [string, string | undefined][] = [
    ['arch', architecture], ['distro', os.version === '' ? os.id : `${os.id}-${os.version}`], ['epoch', epoch], ['upstream', source === name || source === '' ? undefined : source],
  ];
  const given = qualifiers.filter((qualifier): qualifier is [string, string] => qualifier[1] !== undefined).map(([key, value]) => `${key}=${encode(value)}`);
  return `pkg:${kind}/${encode(os.id)}/${encode(name)}@${encode(version)}?${given.join('&')}`;
}

/** Everything but letters, digits, `.`, `-`, `_`, `~` and `:`. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':').replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
