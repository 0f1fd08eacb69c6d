import { EvidenceError, RefusedError } from '../../errors.ts';
import type { ImageComparison, Verification } from '../../evidence/index.ts';
import { showRate } from '../../gate/index.ts';

const schema = 'https://cupel.dev/schema/verification/v1';

/** What a person reads: the outcome first, then what it rests on. */
export function renderVerification(verification: Verification, now: Date, machine?: ImageComparison): string {
  const { appraisal: { verdict, assay, environment }, signer, files, expired, today, reasons } = verification;
  const passed = verdict.counts.pass + verdict.counts.fixed;
  const days = Math.max(0, Math.floor((now.getTime() - Date.parse(assay.endTime)) / 86_400_000));
  const lines = [
    `${reasons.length === 0 ? 'VERIFIED' : 'REFUSED'}  ${verdict.target}, run ${verdict.run}`,
    ...reasons.map(({ code, message }) => `  - ${message} [${code}]`),
    `  verdict    ${verdict.verdict} by ${verdict.baseline.name} (${verdict.baseline.sha256})`,
    `  pass rate  ${showRate(verdict.pass_rate)} (${passed} of ${verdict.evaluated}), ${verdict.failing.length} failing, ${verdict.ignored.length} ignored`,
    `  content    ${verdict.content.product} ${verdict.content.version}, oscap ${environment.oscap}`,
    `  assayed    ${assay.endTime}, ${days === 1 ? '1 day' : `${days} days`} ago`,
    `  signed by  ${signatory(signer)}`,
    `  checked    signature, ${files.length} digests, run id in statement, verdict and ARF, baseline and content, the gate again: same verdict`,
  ];
  if (machine !== undefined) {
    lines.push(`  machine    ${machine.place}: ${machine.equal.length} files are those of the evidence${machine.edited.length === 0 ? '' : `; edited since: ${machine.edited.join(', ')}`}`);
  }
  if (expired.length > 0) {
    lines.push(`  ${expired.length} ignore ${expired.length === 1 ? 'entry' : 'entries'} expired since; by today's date the gate would say: ${today}`);
    lines.push(...expired.map(({ rule, result, expires, owner }) => `    - ${rule} (${result}), until ${expires}, ${owner}`));
  }
  return `${lines.join('\n')}\n`;
}

function signatory({ algorithm, keyid, development, certification }: Verification['signer']): string {
  if (certification !== undefined) return `${certification.identity} of ${certification.issuer}, proved for ${certification.signedAt}`;
  return `${algorithm} key ${keyid}${development ? ' (DEVELOPMENT KEY: proves nothing)' : ''}`;
}

/** The same for a machine. */
export function verificationRecord(verification: Verification, machine?: ImageComparison): string {
  return `${JSON.stringify({ ...verificationData(verification), ...(machine === undefined ? {} : { machine }) }, null, 2)}\n`;
}

/** What a machine reads of evidence that is not trusted, or not good enough; undefined for what says nothing of it. */
export function failureRecord(error: unknown): string | undefined {
  if (!(error instanceof EvidenceError || error instanceof RefusedError)) return undefined;
  const result = error instanceof RefusedError ? 'refused' : 'untrusted';
  return `${JSON.stringify({ schema, result, reasons: [{ code: error.code, message: error.message }] }, null, 2)}\n`;
}

export function verificationData({ statement, appraisal: { verdict, assay, environment, judged }, signer, files, expired, today, reasons }: Verification): Record<string, unknown> {
  return {
    schema,
    result: reasons.length === 0 ? 'verified' : 'refused',
    reasons,
    image: verdict.target,
    run: verdict.run,
    verdict: verdict.verdict,
    baseline: verdict.baseline,
    content: verdict.content,
    profile: verdict.profile,
    pass_rate: verdict.pass_rate,
    evaluated: verdict.evaluated,
    oscap: environment.oscap,
    assayed: { start: assay.startTime, end: assay.endTime },
    judged,
    previous: environment.previous ?? null,
    signer: { keyid: signer.keyid, algorithm: signer.algorithm, development: signer.development, ...signer.certification },
    subject: statement.subject,
    files,
    ignored: verdict.ignored,
    expired,
    today,
  };
}
