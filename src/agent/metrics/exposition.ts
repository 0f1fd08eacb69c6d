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

/** What the name of an info ends with in the text format, and that of its samples in both. */
const infoSuffix = '_info';
/** What ends a whole answer in OpenMetrics. */
export const openMetricsEnd = '# EOF\n';

export const isInfo = ({ name }: Family): boolean => name.endsWith(infoSuffix);

/** Families one after the other; only infos are written otherwise in OpenMetrics. A family without samples is left out. */
export function render(families: readonly Family[], format: Format): string {
  return families.filter(({ samples }) => samples.length > 0).map((family) => renderFamily(family, format)).join('');
}

function renderFamily(family: Family, format: Format): string {
  const { name, help, samples } = family;
  const [named, type] = format === 'openmetrics' && isInfo(family) ? [name.slice(0, -infoSuffix.length), 'info'] : [name, 'gauge'];
  const lines = samples.map(({ labels, value }) => `${name}${renderLabels(labels ?? {})} ${renderValue(value)}\n`);
  return `# HELP ${named} ${help}\n# TYPE ${named} ${type}\n${lines.join('')}`;
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const entries = Object.entries(labels);
  return entries.length === 0 ? '' : `{${entries.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',')}}`;
}

/** Backslash, quote and line feed are escaped; a lone surrogate is not UTF-8, and NUL ends a text for some. */
function escapeLabel(value: string): string {
  return value.toWellFormed().replaceAll('\0', '\ufffd').replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function renderValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
