import type { BenchmarkReach } from './benchmark.ts';
import type { Piece } from './outline.ts';
import { droppedOval } from './oval.ts';
import type { ComponentRef, Stream } from './stream.ts';
import { namespaces } from './vocabulary.ts';

/** Ids asked of a component; `all` when a check names none. */
interface Demand {
  all: boolean;
  readonly ids: Set<string>;
}

/** What goes of the data stream around the benchmark: components nobody asks with their references, and platforms and OVAL not reached. */
export function droppedComponents(root: Piece, stream: Stream, reach: BenchmarkReach): Piece[] {
  const demands = new Map<ComponentRef, Demand>();
  const ask = (ref: ComponentRef | undefined, ids: Iterable<string>, all = false): void => {
    if (ref === undefined) return;
    const demand = demands.get(ref) ?? { all: false, ids: new Set() };
    demands.set(ref, demand);
    demand.all ||= all;
    for (const id of ids) demand.ids.add(id);
  };
  const named = (from: ComponentRef, href: string | undefined): ComponentRef | undefined => stream.refs.get(from.catalog.get(href ?? '') ?? '');

  ask(stream.checklist, [], true);
  for (const { href, name, variables } of reach.checks) ask(named(stream.checklist, href), name === undefined ? [] : [name, ...variables], name === undefined);
  const platforms = stream.benchmark.children.filter(({ uri }) => uri === namespaces.language).flatMap(({ children }) => children);
  const unused = platforms.filter(({ attributes }) => !reach.platforms.has(attributes['id'] ?? ''));
  for (const fact of platforms.filter((platform) => !unused.includes(platform)).flatMap(leaves)) ask(named(stream.checklist, fact.attributes['href']), fact.refs);
  for (const dictionary of stream.dictionaries) {
    ask(dictionary, [], true);
    for (const check of dictionary.component ? leaves(dictionary.component) : []) ask(named(dictionary, check.attributes['href']), check.refs);
  }
  return [...unused, ...unasked(root, stream, demands), ...unreached(demands)];
}

/** Component references, catalog entries that use them, and components that no one asked for. */
function unasked(root: Piece, stream: Stream, demands: ReadonlyMap<ComponentRef, Demand>): Piece[] {
  const asked = new Set([...demands.keys()].map(({ id }) => id));
  const needed = new Set([...demands.keys()].map(({ component }) => component));
  const components = new Set([...stream.refs.values()].map(({ component }) => component));
  const references = stream.sections.flatMap(({ children }) => children);
  const entries = references.flatMap(({ children }) => children).flatMap(({ children }) => children);
  return [
    ...stream.sections.filter(({ children }) => children.every((ref) => !asked.has(ref.attributes['id'] ?? ''))),
    ...references.filter(({ attributes }) => !asked.has(attributes['id'] ?? '')),
    ...entries.filter(({ attributes }) => !asked.has((attributes['uri'] ?? '').replace(/^#/, ''))),
    ...root.children.filter((piece) => components.has(piece) && !needed.has(piece)),
  ];
}

/** OVAL not reached, in components that several references may share. */
function unreached(demands: ReadonlyMap<ComponentRef, Demand>): Piece[] {
  const byComponent = new Map<Piece, Demand>();
  for (const [{ component }, { all, ids }] of demands) {
    if (component === undefined) continue;
    const demand = byComponent.get(component) ?? { all: false, ids: new Set() };
    byComponent.set(component, { all: demand.all || all, ids: new Set([...demand.ids, ...ids]) });
  }
  return [...byComponent].flatMap(([component, { all, ids }]) => droppedOval(component, all ? undefined : ids));
}

const leaves = (piece: Piece): Piece[] => (piece.children.length === 0 ? [piece] : piece.children.flatMap(leaves));
