import { relative, sep } from 'node:path';
import { html, type Markup, moment } from '../page/index.ts';
import type { Build } from './model.ts';

/** Where the evidence and the site are, so that one can point at the other. */
export interface Links {
  /** Absolute. */
  root: string;
  site: string;
}

/** File of a line's page. Its prefix keeps it apart from the index. */
export function pageOf(image: string): string {
  return `image-${image}.html`;
}

export function outcomeChip({ outcome }: Build): Markup {
  return outcome === 'accepted' ? html`<span class="chip pass">accepted</span>` : html`<span class="chip fail">refused</span>`;
}

export function headlineOf({ when, baseline, content }: Build): string {
  return `${moment(when)}, by ${baseline.name}, ${content.product} ${content.version}`;
}

/** @param path below the root of the evidence */
export function linkTo({ root, site }: Links, path: string, label: string): Markup {
  const address = relative(site, `${root}${sep}${path}`).split(sep).map(encodeURIComponent).join('/');
  return html`<a href="${address}">${label}</a>`;
}
