import type { IgnoredRule, ReportModel } from '../model.ts';
import { count, day, html, type Markup } from '../page/index.ts';
import { resultChip, severityChip } from './chips.ts';
import type { Section } from './section.ts';

/** So long before its last day an entry is shown as about to end, counted from the assay. */
const soonDays = 30;

/** What the baseline leaves out, by whom and until when; what ends next comes first. */
export function ignoredSection({ ignored, identity }: ReportModel): Section | undefined {
  if (identity.baseline === undefined) return undefined;
  const shown = ignored.filter(({ result }) => result !== undefined && result !== 'notselected');
  const elsewhere = ignored.length - shown.length;
  const next = shown.find(({ expired }) => !expired);
  return {
    id: 'ignored', title: shown.length === 0 ? 'Nothing is ignored' : `${count(shown.length, 'rule')} ${shown.length === 1 ? 'is' : 'are'} ignored`, short: 'Ignored', note: shown.length,
    body: html`${shown.length === 0 ? undefined : html`<p class="soft">Evaluated and shown, but not counted, and never changed by hardening.${next === undefined ? undefined : html` The next one ends on <strong><time datetime="${next.expires}">${day(next.expires)}</time></strong>; then its rule counts again.`}</p>`}
<div class="cards">${shown.map((entry) => card(entry, identity.ended))}</div>
${elsewhere === 0 ? undefined : html`<p class="soft small">${count(elsewhere, 'further entry', 'further entries')} of the baseline ${elsewhere === 1 ? 'names a rule' : 'name rules'} that this profile does not evaluate.</p>`}`,
  };
}

function card(entry: IgnoredRule, ended: string): Markup {
  const { rule, title, severity, result, wouldFail, reason, owner, approved, expires, ticket, expired } = entry;
  const left = (Date.parse(`${expires}T23:59:59Z`) - Date.parse(ended)) / 86_400_000;
  const state = expired ? html` <span class="chip fail">expired, it counts</span>` : left < soonDays ? html` <span class="chip warn">ends soon</span>` : undefined;
  return html`<article class="card"><h3>${title === '' ? rule : title}</h3>
<p class="meta">${severityChip(severity)} ${result === undefined ? undefined : resultChip(result, expired)}${state} <span class="id mono">${rule}</span></p>
<p>${reason}</p>
${wouldFail || result === 'notapplicable' ? undefined : html`<p class="warn small">It passes now: this entry may not be needed any more.</p>`}
<p class="small soft">${owner}${ticket === undefined ? undefined : html` · ${ticket}`}${approved === undefined ? undefined : html` · approved <time datetime="${approved}">${day(approved)}</time>`} · until <time class="until" datetime="${expires}">${day(expires)}</time></p></article>`;
}
