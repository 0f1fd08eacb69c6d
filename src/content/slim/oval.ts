import type { Piece } from './outline.ts';

/**
 * What of an OVAL component is not reached from some of its ids, and what its definitions can do without.
 * @param wanted ids of definitions and variables; undefined for all
 */
export function droppedOval(component: Piece, wanted: ReadonlySet<string> | undefined): Piece[] {
  const document = component.children.find(({ local }) => local === 'oval_definitions');
  if (document === undefined) return [];
  const sections = document.children.filter(({ local }) => local !== 'generator');
  const reached = wanted === undefined ? undefined : reach(sections, wanted);
  return sections.flatMap((section) => {
    const gone = section.children.filter(({ attributes }) => reached !== undefined && !reached.has(attributes['id'] ?? ''));
    // The schema wants at least one element in a section.
    if (gone.length === section.children.length) return [section];
    return section.local === 'definitions' ? [...gone, ...section.children.filter((piece) => !gone.includes(piece)).flatMap(asides)] : gone;
  });
}

/** Everything that ids point at, directly or not. */
function reach(sections: readonly Piece[], wanted: ReadonlySet<string>): Set<string> {
  const byId = new Map(sections.flatMap(({ children }) => children).map((piece) => [piece.attributes['id'] ?? '', piece]));
  const reached = new Set<string>();
  const open = [...wanted];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    const piece = byId.get(id);
    if (piece) open.push(...refsIn(piece));
  }
  return reached;
}

const refsIn = (piece: Piece): string[] => [...piece.refs, ...piece.children.flatMap(refsIn)];

/** The list of platforms and the reference back to the rule, which each definition repeats. */
const asides = (definition: Piece): Piece[] => definition.children.filter(({ local }) => local === 'metadata')
  .flatMap(({ children }) => children).filter(({ local }) => local === 'affected' || local === 'reference');
