import { ConfigurationError } from '../../errors.ts';
import type { Piece } from './outline.ts';
import { namespaces } from './vocabulary.ts';

/** A component reference of the data stream and what it stands for. */
export interface ComponentRef {
  readonly id: string;
  /** Undefined for a remote resource. */
  readonly component: Piece | undefined;
  /** Names used inside the component → ids of component references. */
  readonly catalog: ReadonlyMap<string, string>;
}

/** A data stream with one benchmark, taken apart. */
export interface Stream {
  /** Its lists of component references: dictionaries, checklists, checks, … */
  readonly sections: readonly Piece[];
  readonly refs: ReadonlyMap<string, ComponentRef>;
  readonly dictionaries: readonly ComponentRef[];
  readonly checklist: ComponentRef;
  readonly benchmark: Piece;
}

/** @throws ConfigurationError `content-data-stream` */
export function takeApart(root: Piece): Stream {
  const streams = root.children.filter(isDataStream('data-stream'));
  const [stream] = streams;
  if (stream === undefined || streams.length > 1) throw unusable(`it holds ${streams.length} data streams instead of one`);
  const components = new Map(root.children.filter(({ local }) => local.endsWith('component')).map((piece) => [piece.attributes['id'] ?? '', piece]));
  const read = (piece: Piece): ComponentRef => ({
    id: piece.attributes['id'] ?? '',
    component: components.get((piece.attributes[namespaces.xlinkHref] ?? '').replace(/^#/, '')),
    catalog: new Map(piece.children.flatMap(({ children }) => children)
      .map(({ attributes }) => [attributes['name'] ?? '', (attributes['uri'] ?? '').replace(/^#/, '')])),
  });
  const sections = stream.children.filter(({ uri }) => uri === namespaces.dataStream);
  const section = (name: string): ComponentRef[] => sections.filter(isDataStream(name)).flatMap(({ children }) => children).map(read);
  const checklists = section('checklists');
  const [checklist] = checklists;
  const benchmark = checklist?.component?.children.find(({ uri, local }) => uri === namespaces.xccdf && local === 'Benchmark');
  if (checklist === undefined || checklists.length > 1 || benchmark === undefined) throw unusable(`it holds ${checklists.length} checklists instead of one`);
  const dictionaries = section('dictionaries');
  // Each reference is read once: it stands for itself in sets and maps.
  const others = sections.filter(({ local }) => local !== 'dictionaries' && local !== 'checklists').flatMap(({ children }) => children).map(read);
  return { sections, refs: new Map([...dictionaries, ...checklists, ...others].map((ref) => [ref.id, ref])), dictionaries, checklist, benchmark };
}

const isDataStream = (local: string) => (piece: Piece): boolean => piece.uri === namespaces.dataStream && piece.local === local;

function unusable(why: string): ConfigurationError {
  return new ConfigurationError('content-data-stream', `the SCAP content cannot be slimmed: ${why}`, { remedy: 'use a source data stream of the SCAP Security Guide' });
}
