import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where this package is, with what it ships; the same from `src/cli/` and `dist/cli/`. Ends in a slash. */
export const packageFolder: string = fileURLToPath(new URL('../../', import.meta.url));

/** Version of this program. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(`${packageFolder}package.json`, 'utf8')) as { version: string }).version;
}
