import type * as z from 'zod';
import { EvidenceError } from '../../errors.ts';

/**
 * Reads JSON that Cupel wrote: two spaces, a newline at the end, and nothing that two readers could take
 * differently, such as a key that is there twice or a number that changes when it is read.
 * @param name of the file, for messages
 * @throws EvidenceError `json-invalid`, `json-ambiguous`, `json-schema`
 */
export function readStrictJson<T>(bytes: Buffer, name: string, schema: z.ZodType<T>): T {
  const data = parseUnambiguous(bytes, name);
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new EvidenceError('json-schema', `${name}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not of its schema'}`, { subject: name, remedy: 'it was changed, or a newer Cupel wrote it' });
}

export function parseUnambiguous(bytes: Buffer, name: string): unknown {
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new EvidenceError('json-invalid', `${name}: not JSON in UTF-8`, { cause, subject: name });
  }
  if (!bytes.equals(Buffer.from(`${JSON.stringify(data, null, 2)}\n`))) {
    throw new EvidenceError('json-ambiguous', `${name}: the JSON is not as Cupel writes it: a key twice, other spacing, or a value that changes when it is read`, { subject: name });
  }
  return data;
}
