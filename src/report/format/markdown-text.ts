/**
 * Text that means nothing to a Markdown renderer, on one line: what an ARF says must not become a link, an image, HTML,
 * a table cell of its own or a mention of somebody.
 */
export function markdownText(text: string, longest = 300): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  const line = text.replace(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
  const cut = line.length > longest ? `${line.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…` : line;
  return cut
    .replace(/[\\`*_{}[\]()<>#+|~!-]/g, '\\$&')
    .replace(/&/g, '&amp;')
    // Bare addresses and mentions become links without any markup.
    .replace(/@/g, '&#64;\u200b')
    .replace(/:\/\//g, '\\://')
    .replace(/\bwww\./gi, 'www\\.');
}

/** A rule id or another plain word as code. */
export function markdownCode(word: string): string {
  return /^[\w.:-]+$/.test(word) ? `\`${word}\`` : markdownText(word);
}
