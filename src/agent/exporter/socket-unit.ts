import type { Configuration } from './configuration.ts';

/**
 * The drop-in of `cis-exporter.socket` for a configuration. systemd filters by address where the kernel lets it
 * (control groups v2); the exporter itself does so everywhere.
 */
export function renderSocketDropIn({ listen, allow }: Configuration): string {
  return [
    '# From /etc/cupel/exporter.conf.',
    '[Socket]',
    'ListenStream=',
    ...listen.map((address) => `ListenStream=${address}`),
    'IPAddressAllow=',
    ...allow.map(({ text }) => `IPAddressAllow=${text}`),
    '',
  ].join('\n');
}
