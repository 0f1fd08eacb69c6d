/** Secrets are taken out of everything printed or logged here, and nowhere else. */
const patterns: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, '[private key]'],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/g, '[aws key id]'],
  [/((?:password|passwd|secret|token|authorization)["']?\s*[:=]\s*["']?)[^\s"',;]+/gi, '$1[redacted]'],
];

export function redact(text: string): string {
  return patterns.reduce((cleaned, [pattern, replacement]) => cleaned.replace(pattern, replacement), text);
}
