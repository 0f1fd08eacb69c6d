import type { Format } from '../metrics/index.ts';

interface Range {
  type: string;
  version: string | undefined;
  weight: number;
}

/**
 * Which format the client likes best (RFC 9110 12.5.1). The text format wins a tie unless OpenMetrics is named, and is
 * what a client gets that accepts neither: scrapers that send odd headers read it all the same.
 * @param accept the Accept header; `undefined` when there was none
 */
export function negotiate(accept: string | undefined): Format {
  if (accept === undefined) return 'text';
  const ranges = accept.split(',').flatMap(parseRange);
  const openmetrics = Math.max(0, ...ranges.filter(({ type, version }) => type === 'application/openmetrics-text' && (version === undefined || version === '1.0.0')).map(({ weight }) => weight));
  return openmetrics > 0 && openmetrics >= weightOfText(ranges) ? 'openmetrics' : 'text';
}

/** The most specific range counts. */
function weightOfText(ranges: readonly Range[]): number {
  const served = ranges.filter(({ version }) => version === undefined || version === '0.0.4');
  for (const type of ['text/plain', 'text/*', '*/*']) {
    const weights = served.filter((range) => range.type === type).map(({ weight }) => weight);
    if (weights.length > 0) return Math.max(...weights);
  }
  return 0;
}

function parseRange(text: string): Range[] {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const valueOf = (name: string): string | undefined => parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1).replaceAll('"', '');
  const quality = valueOf('q');
  if (quality !== undefined && !/^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(quality)) return [];
  return type === '' ? [] : [{ type, version: valueOf('version'), weight: quality === undefined ? 1 : Number(quality) }];
}
