import type { Format } from './exposition.ts';

/**
 * The file that the scanner leaves for the exporter: the families between a first line and a last one, so that half a file is
 * known as such, and comments with what the exporter has to know. Every client waits for it, so it finds ready what differs
 * between the formats, and searches nothing in the rest.
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
  /** Families that are written otherwise in each format: the infos. */
  infos: Readonly<Record<Format, string>>;
  /** The others. */
  families: string;
  files: SeenFile[];
  /** Seconds since 1970: end of the scan that the report is of; `undefined` without a report. */
  scanned: number | undefined;
  /** Seconds since 1970: when ignored rules that are not met begin to count. */
  expiries: number[];
}

const first = '# cupel metrics 3\n';
const last = '# cupel end\n';
const facts = '# cupel ';

export function wrap({ infos, families, files, scanned, expiries }: Envelope): string {
  const lines = [
    ...(scanned === undefined ? [] : [`scanned ${scanned}`]),
    ...expiries.map((expiry) => `expiry ${expiry}`),
    ...files.map(({ role, size, modified, path }) => `${role} ${size} ${modified} ${path}`),
    `infos ${infos.text.length} ${infos.openmetrics.length}`,
  ];
  return `${first}${lines.map((line) => `${facts}${line}\n`).join('')}${infos.text}${infos.openmetrics}${families}${last}`;
}

/** @returns `undefined` when it is not a whole file of this kind */
export function unwrap(text: string): Envelope | undefined {
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined;
  const files: SeenFile[] = [];
  const expiries: number[] = [];
  let scanned: number | undefined;
  const end = text.length - last.length;
  for (let at = first.length; at < end && text.startsWith(facts, at);) {
    const next = text.indexOf('\n', at) + 1;
    const [fact, one = '', two = '', ...path] = text.slice(at + facts.length, next - 1).split(' ');
    const [number, second] = [toNumber(one), toNumber(two)];
    at = next;
    if (number === undefined) return undefined;
    if (fact === 'scanned') scanned = number;
    else if (fact === 'expiry') expiries.push(number);
    else if ((fact === 'report' || fact === 'baseline') && second !== undefined && path.length > 0) files.push({ role: fact, size: number, modified: second, path: path.join(' ') });
    else if (fact === 'infos' && second !== undefined && at + number + second <= end) {
      const [middle, rest] = [at + number, at + number + second];
      return { infos: { text: text.slice(at, middle), openmetrics: text.slice(middle, rest) }, families: text.slice(rest, end), files, scanned, expiries };
    } else return undefined;
  }
  return undefined;
}

function toNumber(word: string): number | undefined {
  const number = Number(word);
  return word !== '' && number >= 0 && number < Infinity ? number : undefined;
}
