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

const infoName = '_info ';

/**
 * Text format → OpenMetrics 1.0: an info family is named without its suffix, and the end is marked.
 * @param text as `renderText` writes it; whole families only
 */
export function toOpenMetrics(text: string): string {
  const parts: string[] = [];
  let done = 0;
  // Every client waits for this: it jumps from one such name to the next.
  for (let at = text.indexOf(infoName); at >= 0; at = text.indexOf(infoName, at + 1)) {
    const line = text.lastIndexOf('\n', at) + 1;
    const isType = text.startsWith('# TYPE ', line);
    if ((!isType && !text.startsWith('# HELP ', line)) || text.indexOf(' ', line + '# TYPE '.length) !== at + '_info'.length) continue;
    parts.push(text.slice(done, at));
    done = isType ? text.indexOf('\n', at) : at + '_info'.length;
    if (isType) parts.push(' info');
  }
  return `${parts.join('')}${text.slice(done)}# EOF\n`;
}
