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
const fileLines = '# cupel file ';
const fileLine = /^(report|baseline) (\d+) (\d+) (.+)$/;

export function wrap({ families, files }: Envelope): string {
  const lines = files.map(({ role, size, modified, path }) => `# cupel file ${role} ${size} ${modified} ${path}\n`);
  return `${first}${lines.join('')}${families}${last}`;
}

/**
 * Every client waits for this: the families, which are most of it, are searched but not looked at with expressions.
 * @returns `undefined` when it is not a whole file of this kind
 */
export function unwrap(text: string): Envelope | undefined {
  if (!text.startsWith(first) || !text.endsWith(last) || text.includes('\0')) return undefined;
  const files: SeenFile[] = [];
  let at = first.length;
  while (text.startsWith(fileLines, at)) {
    const end = text.indexOf('\n', at);
    const [, role, size, modified, path] = fileLine.exec(text.slice(at + fileLines.length, end)) ?? [];
    if (path === undefined) return undefined;
    files.push({ role: role as Role, path, size: Number(size), modified: Number(modified) });
    at = end + 1;
  }
  return { families: text.slice(at, -last.length), files };
}
