import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { Place, Problem } from './problem.ts';

export type Path = readonly PropertyKey[];

/** One YAML file that still knows where everything was written. */
export interface YamlFile {
  file: string;
  /** Undefined when the text is no YAML at all. */
  data: unknown;
  problems: Problem[];
  /** Where the value at a path stands; the nearest enclosing value when there is none. */
  placeOf(path: Path): Place;
  /** Where a key of the map at a path stands. */
  placeOfKey(path: Path, key: string): Place;
  /** A scalar as it was typed: `027` stays `027`, where YAML would read the number 27. */
  sourceOf(path: Path): string | undefined;
}

/** What the library has other words for. */
const ours: Readonly<Record<string, Pick<Problem, 'code' | 'what' | 'remedy'>>> = {
  DUPLICATE_KEY: { code: 'duplicate-key', what: 'this key is there twice', remedy: 'keep one of the two: YAML would silently take the last' },
  MULTIPLE_DOCS: { code: 'several-documents', what: 'a second document starts here', remedy: 'one baseline a file: give each document a file of its own' },
};

/** Parses YAML strictly: duplicate keys, several documents and unresolved tags are problems. */
export function parseYamlFile(file: string, text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false, strict: true });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = [...document.errors, ...document.warnings].map((error): Problem => ({
    ...at(error.pos[0]),
    ...ours[error.code] ?? { code: 'yaml', what: error.message.split('\n')[0] ?? error.message, remedy: 'correct the YAML' },
  }));
  return {
    file,
    data: document.errors.some((error) => error.code !== 'DUPLICATE_KEY') ? undefined : toData(document, at, problems),
    problems,
    placeOf: (path) => at(nodeAt(document, path)?.range?.[0] ?? 0),
    placeOfKey: (path, key) => at(keyOffset(document, path, key) ?? nodeAt(document, path)?.range?.[0] ?? 0),
    sourceOf: (path) => {
      const node = document.getIn(path, true);
      return isScalar(node) ? (node.type === 'PLAIN' ? node.source : String(node.value)) : undefined;
    },
  };
}

/**
 * The file without some of its elements: at most two keys deep, so `ignore.3.expires` takes out the
 * whole `ignore.3`. What is left is still found where it was written.
 */
export function withoutElements(yaml: YamlFile, paths: readonly Path[]): YamlFile {
  const dropped = (...path: Path): boolean => paths.some((broken) => broken.length > 0 && broken.slice(0, 2).every((key, at) => key === path[at]));
  const kept = new Map<PropertyKey, number[]>();
  const data = Object.fromEntries(Object.entries(yaml.data as object).filter(([key]) => !dropped(key)).map(([key, value]: [string, unknown]) => {
    if (Array.isArray(value)) {
      const indexes = [...value.keys()].filter((index) => !dropped(key, index));
      kept.set(key, indexes);
      return [key, indexes.map((index): unknown => value[index])];
    }
    if (typeof value !== 'object' || value === null) return [key, value];
    return [key, Object.fromEntries(Object.entries(value).filter(([name]) => !dropped(key, name)))];
  }));
  const written = (path: Path): Path => path.map((key, at) => (at === 1 && typeof key === 'number' ? kept.get(path[0] ?? '')?.[key] ?? key : key));
  return { ...yaml, data, placeOf: (path) => yaml.placeOf(written(path)) };
}

function toData(document: Document.Parsed, at: (offset: number) => Place, problems: Problem[]): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    // The library's guard against alias bombs is the only thing that throws here.
    problems.push({ ...at(0), code: 'yaml', what: error instanceof Error ? error.message : String(error), remedy: 'write it without aliases' });
    return undefined;
  }
}

/** The node at a path, or the deepest one on the way to it. */
function nodeAt(document: Document.Parsed, path: Path): Node | undefined {
  let node: unknown = document.contents;
  let deepest = document.contents ?? undefined;
  for (const key of path) {
    if (!isMap(node) && !isSeq(node)) break;
    node = node.get(typeof key === 'symbol' ? String(key) : key, true);
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) break;
    deepest = node as Node & typeof deepest;
  }
  return deepest;
}

function keyOffset(document: Document.Parsed, path: Path, key: string): number | undefined {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(map)) return undefined;
  const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}
