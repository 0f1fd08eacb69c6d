import type { Markup } from '../page/index.ts';

export interface Section {
  /** Anchor; a constant. */
  id: string;
  title: string;
  /** In the navigation. */
  short: string;
  /** Beside it: how many. */
  note?: number;
  body: Markup;
}
