/** Quotes one word for a POSIX shell. The only place where text becomes shell text. */
export function shellQuote(word: string): string {
  return /^[A-Za-z0-9_/.:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command line that runs `script` as root with positional arguments. */
export function asRoot(script: string, args: readonly string[], isRoot: boolean): string[] {
  const shell = ['sh', '-c', script, 'cupel', ...args];
  return isRoot ? shell : ['sudo', '-n', '--', ...shell];
}
