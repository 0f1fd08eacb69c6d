import { ConfigurationError } from '../../errors.ts';
import { type Network, parseAddress, parseNetwork } from './networks.ts';

/** `/etc/cupel/exporter.conf`: what the exporter's socket, its unit and itself go by. */
export interface Configuration {
  /** `address:port` or `[address]:port`, as `ListenStream=` takes them. */
  listen: string[];
  /** Who may ask, as written and as read. */
  allow: { text: string; network: Network }[];
  /** Age in seconds from which a report counts as stale. */
  staleAfter: number;
}

export const configurationPath = '/etc/cupel/exporter.conf';

/** Where the exporter listens when nobody said otherwise: its units say the same. The networks as read, since most scrapes need nothing else read. */
export const loopback: Configuration = {
  listen: ['127.0.0.1:9779'],
  allow: [
    { text: '127.0.0.0/8', network: { bytes: [127, 0, 0, 0], prefix: 8 } },
    { text: '::1/128', network: { bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], prefix: 128 } },
  ],
  staleAfter: 36 * 3600,
};

const units: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/**
 * Lines `name = value`, `#` begins a comment; several values are parted by blanks.
 * @throws ConfigurationError `exporter-conf-invalid`, naming file and line
 */
export function parseConfiguration(text: string, file: string = configurationPath): Configuration {
  const configuration: Configuration = { ...loopback };
  const seen = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    const [content = ''] = line.split('#');
    if (content.trim() === '') continue;
    const [, name = '', value = ''] = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/.exec(content) ?? [];
    try {
      if (seen.has(name)) throw new Error(`"${name}" stands here a second time`);
      seen.add(name);
      Object.assign(configuration, parseSetting(name, value.split(/\s+/).filter((word) => word !== '')));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ConfigurationError('exporter-conf-invalid', `${file}:${index + 1}: ${why}`, { subject: `${file}:${index + 1}`, remedy: 'docs/exporter.md says what may stand there' });
    }
  }
  return configuration;
}

function parseSetting(name: string, values: readonly string[]): Partial<Configuration> {
  if (values.length === 0) throw new Error(name === '' ? 'not a line "name = value"' : `"${name}" has no value`);
  switch (name) {
    case 'listen': return { listen: values.map(toListen) };
    case 'allow': return { allow: values.map(toAllowed) };
    case 'stale_after': return { staleAfter: toSeconds(values) };
    default: throw new Error(`"${name}" is not a setting; there are listen, allow and stale_after`);
  }
}

function toListen(text: string): string {
  const [, ipv6, ipv4, port] = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = parseAddress(ipv6 ?? ipv4 ?? '');
  if (address === undefined || Number(port) < 1 || Number(port) > 65_535) throw new Error(`"${text}" is not address:port or [address]:port`);
  return text;
}

function toAllowed(text: string): { text: string; network: Network } {
  const network = parseNetwork(text);
  if (network === undefined) throw new Error(`"${text}" is neither an address nor a network such as 192.0.2.0/24`);
  return { text, network };
}

function toSeconds(values: readonly string[]): number {
  const [, count, unit = ''] = values.length === 1 ? (/^(\d{1,5})([mhd])$/.exec(values[0] ?? '') ?? []) : [];
  const seconds = Number(count) * (units[unit] ?? NaN);
  if (!(seconds > 0)) throw new Error(`"${values.join(' ')}" is not a time such as 36h (m, h or d)`);
  return seconds;
}
