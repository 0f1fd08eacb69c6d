import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';

/** Compares a whole output with the file kept for it; `UPDATE_GOLDEN=1` writes the file instead. */
export function expectGolden(actual: string, file: URL): void {
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(file.pathname), { recursive: true });
    writeFileSync(file, actual);
    return;
  }
  expect(existsSync(file), `${file.pathname} is missing: run with UPDATE_GOLDEN=1 and review it`).to.equal(true);
  expect(actual).to.equal(readFileSync(file, 'utf8'));
}
