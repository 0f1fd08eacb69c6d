/**
 * The file that the scanner leaves for the exporter: the families in text format between a first line and a last one, so that
 * half a file is known as such, and comments with what the exporter has to know: every client waits for it, so it searches
 * nothing in the families.
 */

/** What a file is to the metrics: the report they are drawn from, or what it was judged by. */
export type Role = 'report' | 'baseline';

export interface SeenFile {
  role: Role;
  path: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
}

export interface Envelope {
  /** Families in text format. */
  families: string;
  files: SeenFile[];
  /** Seconds since 1970: end of the scan that the report is of; `undefined` without a report. */
  scanned: number | undefined;
  /** Seconds since 1970: when ignored rules that are not met begin to count. */
  expiries: number[];
}

const first = '# cupel metrics 2\n';
const last = '# cupel end\n';
const facts = '# cupel ';
const fact = /^(?:scanned (?<scanned>[\d.]+)|expiry (?<expiry>[\d.]+)|(?<role>report|baseline) (?<size>\d+) (?<modified>\d+) (?<path>.+))$/;

export function wrap({ families, files, scanned, expiries }: Envelope): string {
  const lines = [
    ...(scanned === undefined ? [] : [`scanned ${scanned}`]),
    ...expiries.map((expiry) => `expiry ${expiry}`),
    ...files.map(({ role, size, modified, path }) => `${role} ${size} ${modified} ${path}`),
  ];
  return `${first}${lines.map((line) => `${facts}${line}\n`).join('')}${families}${last}`;
}

/** @returns `undefined` when it is not a whole file of this kind */
export function unwrap(text: string): Envelope | undefined {
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined;
  const envelope: Envelope = { families: '', files: [], scanned: undefined, expiries: [] };
  const end = text.length - last.length;
  let at = first.length;
  while (at < end && text.startsWith(facts, at)) {
    const next = text.indexOf('\n', at) + 1;
    const { scanned, expiry, role, size, modified, path } = fact.exec(text.slice(at + facts.length, next - 1))?.groups ?? {};
    if (scanned !== undefined) envelope.scanned = Number(scanned);
    else if (expiry !== undefined) envelope.expiries.push(Number(expiry));
    else if (path !== undefined) envelope.files.push({ role: role as Role, path, size: Number(size), modified: Number(modified) });
    else return undefined;
    at = next;
  }
  envelope.families = text.slice(at, end);
  return envelope;
}
