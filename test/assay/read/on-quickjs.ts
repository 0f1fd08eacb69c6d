import { write } from 'cupel-native';
import { openToRead, read } from 'cupel-scanner';
import { AssayReader } from '../../../src/assay/read/index.ts';
import { EvidenceError } from '../../../src/errors.ts';

/**
 * Runs in QuickJS, compiled as the agent is. Reads a file of documents, each with its length (a line of digits) before it, and
 * prints one line of JSON for each: the assay, or the code it is refused with.
 */
const chunk = 1 << 16;
const path = scriptArgs[1] ?? '';
const fd = openToRead(path);
if (fd < 0) throw new Error(`cannot open ${path}`);
const buffer = new ArrayBuffer(chunk);
const bytes = new Uint8Array(buffer);

for (let length = nextLength(); length !== undefined; length = nextLength()) print(readDocument(length));

function nextLength(): number | undefined {
  let digits = '';
  for (;;) {
    if (read(fd, buffer, 1) < 1) return undefined;
    if (bytes[0] === 0x0a) return Number(digits);
    digits += String.fromCharCode(bytes[0] ?? 0);
  }
}

function readDocument(length: number): unknown {
  const reader = new AssayReader();
  let refused: string | undefined;
  let left = length;
  while (left > 0) {
    const got = read(fd, buffer, Math.min(chunk, left));
    if (got < 1) throw new Error(`${path} ends too early`);
    left -= got;
    refused ??= codeOf(() => { reader.write(bytes.subarray(0, got)); });
  }
  let assay: unknown;
  refused ??= codeOf(() => { assay = reader.end(); });
  return refused ?? assay;
}

function codeOf(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return error.code;
  }
}

function print(value: unknown): void {
  if (write(1, `${JSON.stringify(value)}\n`) < 0) throw new Error('cannot write');
}
