import type { Reference } from '../model.ts';
import { html, type Markup } from '../page/index.ts';

/**
 * The documents that auditors ask for most, by a part of the address that SCAP Security Guide gives them. It refers to
 * a dozen more, which would be a quarter of the page.
 */
const frameworks: readonly (readonly [part: string, name: string])[] = [
  ['NIST.SP.800-53', 'NIST SP 800-53'], ['PCI-DSS-v4', 'PCI DSS 4'], ['iso.org', 'ISO 27001'], ['cyber.mil', 'DISA STIG'],
];

/** What else asks for this rule. The CIS sections stand in the headline of the rule, all the rest in the ARF. */
export function references(all: readonly Reference[]): Markup | undefined {
  const grouped = new Map<string, string[]>();
  for (const { href, label } of all) {
    const name = frameworks.find(([part]) => href.includes(part))?.[1];
    if (name === undefined || label === '') continue;
    const labels = grouped.get(name) ?? [];
    if (!labels.includes(label)) labels.push(label);
    grouped.set(name, labels);
  }
  if (grouped.size === 0) return undefined;
  return html`<p class="refs">${[...grouped].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, labels]) => html`<b>${name}</b> ${labels.join(', ')} `)}</p>`;
}
