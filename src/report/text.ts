/** Widest line of a summary, so that it reads well in a CI log. */
export const columns = 100;

/**
 * Breaks one text into lines of at most 100 columns; a word that is longer is cut. White space and
 * control characters become single blanks: scan messages come from the machine that was scanned.
 */
export function wrap(text: string, first: string, rest: string): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of clean(text).split(' ').flatMap((long) => pieces(long, columns - rest.length))) {
    if (!empty && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}

/** Seconds as a person says them: `4.2 s`, `3 min 07 s`, `1 h 02 min`. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

function clean(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}

function pieces(word: string, size: number): string[] {
  const parts: string[] = [];
  for (let from = 0; from < word.length; from += size) parts.push(word.slice(from, from + size));
  return parts;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
