import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh directory for each test of the suite that calls this; removed after it. */
export function scratch(): { path: string } {
  const directory = { path: '' };
  beforeEach(() => { directory.path = mkdtempSync(join(tmpdir(), 'cupel-test-')); });
  afterEach(() => { rmSync(directory.path, { recursive: true, force: true }); });
  return directory;
}

/** What a promise was rejected with. Fails when it was not. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string; exitCode?: number; remedy?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a rejection');
}
