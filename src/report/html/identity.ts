import type { EvidenceFile, Identity, ReportModel, ReportSource, Signature } from '../model.ts';
import { bytes, count, html, type Markup, moment } from '../page/index.ts';
import type { Section } from './section.ts';

/** What exactly this report is about, in digests. */
export function identitySection({ identity, signature, files, packages, source }: ReportModel): Section {
  return {
    id: 'identity', title: 'What this is about', short: 'Identity',
    body: html`<dl class="facts">
${fact('Image', identity.target)}${fact('Run', identity.run, true)}${fact('Host', identity.host === identity.target ? '' : identity.host)}
${fact('System', [identity.os, identity.kernel, identity.architecture].filter((part) => part !== undefined).join(', '))}
${fact('Assayed', identity.started === '' ? moment(identity.ended) : `${moment(identity.started)} to ${moment(identity.ended)}`)}
${identity.baseline === undefined ? undefined : html`${fact('Baseline', identity.baseline.name)}${fact('Baseline, SHA-256', identity.baseline.sha256, true)}`}
${fact('Content', `${identity.content.product} ${identity.content.version}`)}${fact('Content, SHA-256', identity.content.sha256, true)}
${fact('Benchmark', identity.benchmark, true)}${fact('Profile', identity.profile, true)}${fact('Scanner', identity.scanner, true)}
${packages === undefined ? undefined : fact('Packages', `${packages.length} installed, listed in sbom.cdx.json`)}
<div><dt>Signature</dt><dd>${signatureText(signature, source)}</dd></div>
${fact('Drawn from', source.name)}
</dl>
${files.length === 0 ? undefined : fileTable(files)}${values(identity)}`,
  };
}

function fact(name: string, value: string, mono = false): Markup | undefined {
  return value === '' ? undefined : html`<div><dt>${name}</dt><dd${mono ? html` class="mono"` : undefined}>${value}</dd></div>`;
}

function signatureText(signature: Signature, source: ReportSource): Markup {
  const development = (of: { development: boolean }): Markup | undefined => of.development ? html` <strong class="warn">It is the development key, which proves nothing.</strong>` : undefined;
  switch (signature.state) {
    case 'verified': return html`<span class="pass">Verified</span>: ${signature.algorithm} key <span class="mono">${signature.keyid}</span>.${development(signature)}`;
    case 'unchecked': return html`Signed by ${signature.algorithm} key <span class="mono">${signature.keyid}</span>, not held against a trusted key here.${development(signature)}`;
    // A page cannot show the signature that it is itself under.
    case 'unsigned': return source.kind === 'bundle' ? html`This page is part of the bundle, which is signed as a whole: <code>cupel verify</code> checks it.` : html`Not signed.`;
  }
}

function fileTable(files: readonly EvidenceFile[]): Markup {
  return html`<details class="more"><summary>${count(files.length, 'file')} of the evidence with their digests</summary><dl class="facts">${files.map(({ name, bytes: size, sha256 }) => html`<div><dt>${name} <span class="small">${bytes(size)}</span></dt><dd class="mono">${sha256}</dd></div>`)}</dl></details>`;
}

function values({ values: all }: Identity): Markup | undefined {
  const entries = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : html`<details class="more"><summary>${count(entries.length, 'value')} in force</summary><dl class="facts">${entries.map(([name, value]) => html`<div><dt class="mono">${name}</dt><dd class="mono">${value}</dd></div>`)}</dl></details>`;
}
