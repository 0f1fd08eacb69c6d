/**
 * The file that the scanner leaves for the exporter: the families in text format between a first line and a last one, so that
 * half a file is known as such, and comments that name the files behind it as they were.
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
}

const first = '# cupel metrics 1\n';
const last = '# cupel end\n';
const fileLine = /^# cupel file (report|baseline) (\d+) (\d+) ([^\n]+)\n/gm;

export function wrap({ families, files }: Envelope): string {
  const lines = files.map(({ role, size, modified, path }) => `# cupel file ${role} ${size} ${modified} ${path}\n`);
  return `${first}${lines.join('')}${families}${last}`;
}

/** @returns `undefined` when it is not a whole file of this kind. */
export function unwrap(text: string): Envelope | undefined {
  if (!text.startsWith(first) || !text.endsWith(last) || text.includes('\0')) return undefined;
  const body = text.slice(first.length, -last.length);
  const files = Array.from(body.matchAll(fileLine), ([, role, size, modified, path = '']) =>
    ({ role: role === 'report' ? 'report' as const : 'baseline' as const, path, size: Number(size), modified: Number(modified) }));
  return { families: body.replace(fileLine, ''), files };
}
