/** Prometheus' text format 0.0.4 and what OpenMetrics 1.0 has otherwise. Only gauges and infos are needed here. */

export interface Sample {
  /** Label names are ours and valid; values may be anything. */
  labels?: Readonly<Record<string, string>>;
  value: number;
}

export interface Family {
  name: string;
  /** One line without quotes or backslashes: then it is the same in both formats. */
  help: string;
  samples: readonly Sample[];
}

export type Format = 'text' | 'openmetrics';

/** Content types as Prometheus asks for them. */
export const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Text format 0.0.4. A family without samples is left out. */
export function renderText(families: readonly Family[]): string {
  return families.filter(({ samples }) => samples.length > 0).map(renderFamily).join('');
}

function renderFamily({ name, help, samples }: Family): string {
  const lines = samples.map(({ labels, value }) => `${name}${renderLabels(labels ?? {})} ${renderValue(value)}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const entries = Object.entries(labels);
  return entries.length === 0 ? '' : `{${entries.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',')}}`;
}

/** Backslash, quote and line feed are escaped; a lone surrogate is not UTF-8, and NUL ends a text for some. */
function escapeLabel(value: string): string {
  return value.replace(/[\0\ud800-\udfff]/gu, '\ufffd').replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function renderValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/**
 * Text format → OpenMetrics 1.0: an info family is named without its suffix, comments are not allowed, the end is marked.
 * @param text as `renderText` writes it; whole families only
 */
export function toOpenMetrics(text: string): string {
  const [, ...parts] = `\n${text}`.slice(0, -1).split('\n#');
  return `${parts.map(inOpenMetrics).join('')}# EOF\n`;
}

/** @param part what stands after the `#` of one comment and before that of the next */
function inOpenMetrics(part: string): string {
  const isType = part.startsWith(' TYPE ');
  const line = part.indexOf('\n') + 1;
  if (!isType && !part.startsWith(' HELP ')) return line === 0 ? '' : `${part.slice(line)}\n`;
  const end = part.indexOf(' ', ' TYPE '.length);
  if (!part.startsWith('_info', end - '_info'.length)) return `#${part}\n`;
  return `#${part.slice(0, end - '_info'.length)}${isType ? ` info${part.slice(part.indexOf('\n', end))}` : part.slice(end)}\n`;
}
