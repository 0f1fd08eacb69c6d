import { fullId } from '../content/index.ts';
import type { Baseline } from './model.ts';

/** Fixed, so that the same baseline gives the same bytes; XCCDF wants a time here. */
const versionTime = '2000-01-01T00:00:00';

/**
 * Renders the XCCDF 1.2 tailoring that audit and fix run with:
 * `oscap xccdf eval --tailoring-file T --profile <tailoredProfile> content.xml`.
 * Ignored rules stay selected: they are evaluated and shown.
 * @param options.dataStreamHref the data stream as the tailoring's reader will find it
 */
export function renderTailoring(baseline: Baseline, options: { dataStreamHref: string }): string {
  const lines = [
    ...(baseline.selectGroups ?? []).map((group) => select('group', group, true)),
    ...baseline.select.map((rule) => select('rule', rule, true)),
    ...baseline.deselect.map((rule) => select('rule', rule, false)),
    ...Object.entries(baseline.values).map(([name, value]) =>
      `    <xccdf:set-value idref="${escape(fullId('value', name))}">${escape(value)}</xccdf:set-value>`),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<xccdf:Tailoring xmlns:xccdf="http://checklists.nist.gov/xccdf/1.2" id="xccdf_dev.cupel_tailoring_${escape(baseline.name)}">`,
    `  <xccdf:benchmark href="${escape(options.dataStreamHref)}"/>`,
    `  <xccdf:version time="${versionTime}">${baseline.sha256}</xccdf:version>`,
    `  <xccdf:Profile id="${escape(baseline.tailoredProfile)}" extends="${escape(baseline.profile)}">`,
    `    <xccdf:title>${escape(baseline.description ?? baseline.name)}</xccdf:title>`,
    ...lines,
    '  </xccdf:Profile>',
    '</xccdf:Tailoring>',
    '',
  ].join('\n');
}

function select(kind: 'rule' | 'group', id: string, selected: boolean): string {
  return `    <xccdf:select idref="${escape(fullId(kind, id))}" selected="${String(selected)}"/>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;', '\t': '&#9;', '\r': '&#13;' };

function escape(text: string): string {
  return text.replace(/[&<>"\n\t\r]/g, (character) => entities[character] ?? character);
}
