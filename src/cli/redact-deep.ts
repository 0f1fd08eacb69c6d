import { isSecretField, redact } from './redact.ts';

/** A copy of a plain value with secrets taken out of every string in it; before it becomes JSON, so that it stays JSON. */
export function redactDeep(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 20) return '[too deep]';
  if (value instanceof Error) return redactDeep({ ...Object.fromEntries(Object.entries(value)), name: value.name, message: value.message, stack: value.stack }, depth + 1);
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, typeof held === 'string' && isSecretField(name) ? '[redacted]' : redactDeep(held, depth + 1)]));
}
