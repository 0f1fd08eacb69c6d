import type { ResultWord, Severity } from '../../assay/model.ts';
import { html, type Markup } from '../page/index.ts';

const tones: Readonly<Record<ResultWord, string>> = {
  pass: 'pass', fixed: 'pass', fail: 'fail', error: 'fail', unknown: 'fail', notchecked: 'fail',
  notapplicable: 'soft', notselected: 'soft', informational: 'soft',
};

const words: Readonly<Record<ResultWord, string>> = {
  pass: 'pass', fixed: 'fixed', fail: 'fail', error: 'error', unknown: 'unknown', notchecked: 'not checked',
  notapplicable: 'not applicable', notselected: 'not selected', informational: 'informational',
};

/** XCCDF's word as a person writes it. */
export function resultText(result: ResultWord): string {
  return words[result];
}

/** A result; `counted: false` takes the alarm out of its colour. */
export function resultChip(result: ResultWord, counted = true): Markup {
  const tone = tones[result];
  return html`<span class="chip ${counted ? tone : tone === 'fail' ? 'soft' : tone}">${words[result]}</span>`;
}

export function severityChip(severity: Severity): Markup {
  return html`<span class="chip sev ${severity}">${severity}</span>`;
}

export function cisText(cis: readonly string[]): Markup | undefined {
  return cis.length === 0 ? undefined : html`<span class="cis">CIS ${cis.join(', ')}</span>`;
}
