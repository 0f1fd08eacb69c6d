/** Which addresses belong to which networks. IPv4 in IPv6 (`::ffff:192.0.2.1`) counts as IPv4. */

export interface Network {
  /** 4 or 16 bytes. */
  bytes: readonly number[];
  /** Leading bits that count. */
  prefix: number;
}

const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** `192.0.2.0/24`, `2001:db8::/32`, or one address; `undefined` when it is neither. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const bytes = parseAddress(address);
  if (bytes === undefined || rest.length > 0) return undefined;
  if (length === undefined) return { bytes, prefix: bytes.length * 8 };
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : NaN;
  return prefix <= bytes.length * 8 ? { bytes, prefix } : undefined;
}

/** @param bytes of an address; `undefined` for what is none, which no network contains */
export function contains(network: Network, bytes: readonly number[] | undefined): boolean {
  if (bytes?.length !== network.bytes.length) return false;
  return bytes.every((byte, at) => {
    const bits = Math.min(8, Math.max(0, network.prefix - at * 8));
    const mask = 0xff & (0xff << (8 - bits));
    return (byte & mask) === ((network.bytes[at] ?? 0) & mask);
  });
}

/** @returns 4 or 16 bytes; `undefined` when it is no address. A zone (`%eth0`) is left out. */
export function parseAddress(text: string): number[] | undefined {
  const [address = ''] = text.split('%');
  if (!address.includes(':')) return parseIpv4(address);
  const bytes = parseIpv6(address);
  return bytes !== undefined && mapped.every((byte, at) => bytes[at] === byte) ? bytes.slice(12) : bytes;
}

function parseIpv4(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined;
  return parts.map(Number);
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(parseGroups);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  const missing = 16 - head.length - (tail?.length ?? 0);
  return missing < 2 ? undefined : [...head, ...Array<number>(missing).fill(0), ...(tail ?? [])];
}

/** The last group may be an IPv4 address. */
function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [at, group] of groups.entries()) {
    if (group.includes('.') && at === groups.length - 1) {
      const ipv4 = parseIpv4(group);
      if (ipv4 === undefined) return undefined;
      bytes.push(...ipv4);
    } else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return undefined;
  }
  return bytes;
}
