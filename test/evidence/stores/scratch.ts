import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Declares an empty directory for each test. @returns the path of a name in it */
export function scratch(): (name: string) => string {
  let directory = '';
  beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'cupel-store-')); });
  afterEach(() => { rmSync(directory, { recursive: true, force: true }); });
  return (name) => join(directory, name);
}
