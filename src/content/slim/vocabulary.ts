/** The names of a SCAP source data stream that slimming knows. */
export const namespaces = {
  xccdf: 'http://checklists.nist.gov/xccdf/1.2',
  dataStream: 'http://scap.nist.gov/schema/scap/source/1.2',
  catalog: 'urn:oasis:names:tc:entity:xmlns:xml:catalog',
  dictionary: 'http://cpe.mitre.org/dictionary/2.0',
  language: 'http://cpe.mitre.org/language/2.0',
  /** And with `#linux`, `#unix`, … the schemas of its tests. */
  oval: 'http://oval.mitre.org/XMLSchema/oval-definitions-5',
  xlinkHref: '{http://www.w3.org/1999/xlink}href',
} as const;


const xccdfContainers = new Set(['Benchmark', 'Profile', 'Group', 'Rule', 'Value', 'check', 'complex-check']);
const ovalContainers = new Set(['oval_definitions', 'definitions', 'tests', 'objects', 'states', 'variables', 'definition', 'metadata']);

/** Whether an element's children are pieces, and no text stands between them. */
export function isContainer(uri: string, local: string): boolean {
  switch (uri) {
    case namespaces.xccdf: return xccdfContainers.has(local);
    case namespaces.oval: return ovalContainers.has(local);
    case namespaces.dataStream: return true;
    case namespaces.catalog: return local === 'catalog';
    case namespaces.dictionary: return local === 'cpe-list' || local === 'cpe-item';
    case namespaces.language: return local === 'platform-specification' || local === 'platform' || local === 'logical-test';
    default: return false;
  }
}
