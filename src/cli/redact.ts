/**
 * Secrets are taken out of everything printed or logged here, and nowhere else. Patterns err on the
 * side of taking out too much: a log that lost a word is better than one that tells a key.
 */
const label = '[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?';
const secretName = '(?:(?<![A-Za-z])pass|pass(?:word|wd|phrase)|pwd|secret(?:[_-]?(?:access)?[_-]?key)?|api[_-]?key|private[_-]?key|(?:session|access|refresh|id|auth|bearer|security)?[_-]?token|credentials?)';

const patterns: readonly [RegExp, string][] = [
  // PEM and OpenSSH keys, also cut off at the end, and with line breaks written as \n.
  [new RegExp(`-----BEGIN ${label}-----[\\s\\S]*?(?:-----END ${label}-----|$)`, 'g'), '[private key]'],
  // The tail of a key whose first line was on another line of the log.
  [/^[\s\S]{0,65536}?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/g, '[private key]'],
  // The body of an OpenSSH key without its frame: "openssh-key-v1\0" in base64.
  [/\bb3BlbnNzaC1rZXktdjE[A-Za-z0-9+/=\s\\]*/g, '[private key]'],
  // AWS key ids of every kind that comes with a secret, and session tokens by how they begin.
  [/(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9])/g, '[aws key id]'],
  [/(?<![A-Za-z0-9+/])(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9+/=%]{20,}/g, '[aws session token]'],
  // Google and GitHub tokens; JSON Web Tokens.
  [/\bya29\.[A-Za-z0-9._-]{10,}/g, '[google token]'],
  [/\bgh[pousr]_[A-Za-z0-9]{20,}\b|\bgithub_pat_[A-Za-z0-9_]{20,}\b/g, '[github token]'],
  [/\beyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*/g, '[jwt]'],
  // Authorization headers, the scheme kept.
  [/((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:(?:basic|bearer|digest|negotiate|aws4-hmac-sha256|token)\s+)?)[^\r\n"']+/gi, '$1[redacted]'],
  [/\b((?:bearer|basic)\s+)[A-Za-z0-9+/._~-]{16,}=*/gi, '$1[redacted]'],
  // https://user:password@host, and https://token@host. Up to the last @ before the path.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>]*@/gi, '$1[redacted]@'],
  // password=…, "secret": "…", AWS_SESSION_TOKEN=…, --token …: quoted values with blanks in them, too.
  [new RegExp(`((?<![A-Za-z])[A-Za-z0-9_.-]*${secretName}["']?\\s*[:=]\\s*)(?!\\[redacted\\])(?:"(?:[^"\\\\]|\\\\.)*"?|'(?:[^'\\\\]|\\\\.)*'?|[^\\s"',;&]+)`, 'gi'), '$1[redacted]'],
  [new RegExp(`(--${secretName}\\s+)(?!\\[)\\S+`, 'gi'), '$1[redacted]'],
];

/** Names of fields whose value is a secret whatever it looks like. */
const secretField = new RegExp(`${secretName}$`, 'i');

export function redact(text: string): string {
  return patterns.reduce((cleaned, [pattern, replacement]) => cleaned.replace(pattern, replacement), text);
}

export function isSecretField(name: string): boolean {
  return secretField.test(name);
}
